"""`python -m ospo_core` is `ospo`."""

from ospo_core.cli.main import main

if __name__ == "__main__":
    main()
