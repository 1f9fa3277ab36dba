"""Every script at the plan's length, one after another, and all figures beside their bounds once more at the end.

Usage: python -m tests.load        (`make load`; some 25 minutes, on a machine that does nothing else)
"""

from __future__ import annotations

import sys

from tests.load import burst, disconnect, drain, fairness, steady

SCRIPTS = {"burst": burst, "disconnect": disconnect, "drain": drain, "fairness": fairness, "steady": steady}


def main() -> int:
    """Prints the summary; 1 where a bound was missed."""
    verdicts = {}
    for name, script in SCRIPTS.items():
        print(f"\n== {name}: {script.__doc__.splitlines()[0]}", flush=True)
        verdicts[name] = script.main([])
    print("\n== summary")
    for name, verdict in verdicts.items():
        print("\n".join(f"{name:11}{line}" for line in verdict.lines))
    return max(verdict.code for verdict in verdicts.values())


if __name__ == "__main__":
    sys.exit(main())
