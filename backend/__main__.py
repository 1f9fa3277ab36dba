"""`python -m backend`: the service alone. Settings come from the environment, see settings.py."""

from __future__ import annotations

import sys

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from backend import logs
from backend.database.arrival import wait_for_store
from backend.database.engine import open_engine
from backend.database.lock import FolderTakenError, lock_folder
from backend.refusal import refused, store_refused, what_is_wrong
from backend.settings import Settings
from backend.users.users_file import UsersFileError, check_users

PROGRAM = "ospo service"


def main() -> int:
    """Exit code 2, with one line, where the settings do not allow a start; 75 where the database took no connection.

    Else that of the server.
    """
    try:
        settings = Settings()  # pyright: ignore[reportCallIssue] - the environment fills it
        check_users(settings.users_file)
        lock_folder(settings.data_dir).close()
        wait_for_store(settings.store_url, settings.arrival_seconds, PROGRAM)
        open_engine(settings.store_url).dispose()
    except ValidationError as error:
        return refused(PROGRAM, what_is_wrong(error))
    except (FolderTakenError, UsersFileError) as error:
        return refused(PROGRAM, str(error))
    except OSError as error:
        return refused(PROGRAM, f"OSPO_DATA_DIR cannot be used ({error.strerror})")
    except (SQLAlchemyError, ImportError) as error:
        return store_refused(PROGRAM, error)
    # Late, since torch comes with them: what is refused is refused at once.
    from backend.app import create_app
    from backend.server import DrainingServer

    logs.start_logging()
    server = DrainingServer(create_app(settings), settings)
    server.run()
    return 0 if server.started else 1


if __name__ == "__main__":
    sys.exit(main())
