"""What must be right before anything starts. Each failure is one sentence that says what to do."""

import fcntl
import os
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import IO

from models.settings import LOOPBACK, Settings

_PORT_WORDS = {
    "product": "the product",
    "temporal": "Temporal",
    "temporal_ui": "Temporal's UI",
    "smtp": "the mail sink",
    "mail_page": "the mail sink's page",
    "provider": "the sandbox payment provider",
}
_PANGO = (
    "WeasyPrint cannot load Pango, which draws the PDFs. Install it, on Debian and Ubuntu: "
    "apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core"
)


class CannotStart(Exception):
    """Something outside of the product stands in the way; the message says what and what to do about it."""


def hold_home(home: Path) -> IO[str]:
    """Take the home folder for this process; it is free again when the file is closed or the process dies.

    Raises CannotStart when another supervisor holds it.
    """
    home.mkdir(parents=True, exist_ok=True)
    lock = open(home / "up.lock", "a+")  # noqa: SIM115 - held open for as long as the supervisor lives
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise CannotStart(f"It already runs from {home} (process {holder}). Stop that one, or set THROUGHLINE_HOME.") from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def check_ports(settings: Settings, *, patience_seconds: float = 5.0) -> None:
    """Raises CannotStart when a port is taken; waits a little for the children of a supervisor that was just killed."""
    for field in fields(settings.ports):
        port = getattr(settings.ports, field.name)
        deadline = time.monotonic() + patience_seconds
        while not _is_free(port):
            if time.monotonic() > deadline:
                raise CannotStart(
                    f"Port {port} ({_PORT_WORDS[field.name]}) is in use. Stop what uses it, or move all ports: "
                    f"THROUGHLINE_PORT={settings.port + 100} make up"
                )
            time.sleep(0.2)


def check_databases(settings: Settings) -> None:
    """Raises CannotStart when a SQLite file is damaged."""
    record = settings.database_url.removeprefix("sqlite:///")
    if record != settings.database_url:
        _check_file(Path(record), "Put a backup in its place, or move it away to begin anew.")
    _check_file(temporal_file(settings), "Move it away and start again; the record is in another file and is not touched.")


def check_libraries() -> None:
    """Raises CannotStart when the PDF engine's system libraries are missing. Takes about a second."""
    tried = subprocess.run([sys.executable, "-c", "import weasyprint"], capture_output=True, text=True, check=False)
    if tried.returncode:
        raise CannotStart(_PANGO)


def temporal_file(settings: Settings) -> Path:
    """Where the dev server keeps its own data."""
    return settings.home / "temporal.db"


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _check_file(path: Path, remedy: str) -> None:
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path)) as database:
            answer = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        answer = str(error)
    if answer != "ok":
        raise CannotStart(f"The database {path} is damaged ({answer.splitlines()[0]}). {remedy}")
