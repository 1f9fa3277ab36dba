"""`python -m frontend`: the screen alone. Settings come from the environment, see settings.py."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from frontend.ports import free_port, is_free, url_of
from frontend.settings import Settings, SettingsError

REFUSED = 2
HERE = Path(__file__).parent
UPLOAD_MEGABYTES = 4


def main() -> int:
    """Becomes Streamlit's process: signals and exit codes are its own. Exit code 2, with one line, where it cannot."""
    try:
        settings = Settings.read()
        port = settings.port or free_port(settings.host)
    except (SettingsError, OSError) as error:
        return refused(str(error))
    if not is_free(settings.host, port):
        return refused(f"port {port} of {settings.host} is taken; set OSPO_FRONTEND_PORT to another, or 0 for any")
    print(f"ospo screen: {url_of(settings.host, port)}", flush=True)
    os.execve(sys.executable, command(settings, port), environment())


def command(settings: Settings, port: int) -> list[str]:
    """Streamlit with the options that must hold wherever it is started; the theme stands in .streamlit/config.toml."""
    host = settings.host
    options = {
        "server.address": host,
        "server.port": str(port),
        "server.headless": "true",
        "server.enableXsrfProtection": "true",
        "server.enableCORS": "true",
        "server.fileWatcherType": "none",
        "server.runOnSave": "false",
        "server.maxUploadSize": str(UPLOAD_MEGABYTES),
        "browser.gatherUsageStats": "false",
        "browser.serverAddress": "localhost" if host == "127.0.0.1" else host,
        "client.showErrorDetails": "none",
        "client.toolbarMode": "minimal",
        "logger.level": "warning",
        "runner.magicEnabled": "false",
        "logger.hideWelcomeMessage": "true",
    }
    hosts = [("server.allowedHosts", name) for name in settings.names]
    flags = [part for name, value in [*options.items(), *hosts] for part in (f"--{name}", value)]
    return [sys.executable, "-m", "streamlit", "run", str(HERE / "streamlit_app.py"), *flags]


def environment() -> dict[str, str]:
    """With this package's folder on the path: Streamlit puts only the script's own there."""
    before = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([str(HERE.parent), *([before] if before else [])])
    return os.environ | {"PYTHONPATH": path}


def refused(reason: str) -> int:
    """Say why nothing starts."""
    print(f"ospo screen: {reason}", file=sys.stderr)
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())
