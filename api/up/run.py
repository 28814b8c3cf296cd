"""`throughline up`: the embedded profile, from an empty folder to a page that answers."""

import asyncio
import signal

from api.demo import LOGINS, is_empty, seed_demo
from api.up.children import plans
from api.up.console import addresses, say
from api.up.preflight import CannotStart, check_databases, check_libraries, check_ports, hold_home
from api.up.supervisor import Supervisor
from models.db import Database
from models.migrations.run import upgrade
from models.settings import Settings, with_secrets


async def up(settings: Settings) -> None:
    """Run until SIGINT or SIGTERM. A second run carries on where the first was.

    Raises CannotStart when something outside stands in the way.
    """
    with hold_home(settings.home):
        settings = prepare(settings)
        stop = asyncio.Event()
        supervisor = Supervisor(plans(settings), settings.home, _environment(settings))
        _on_signals(stop, supervisor)
        try:
            await _until(stop, _serve(supervisor, settings))
        finally:
            say("Stopping.")
            await supervisor.stop()


def prepare(settings: Settings) -> Settings:
    """Check the machine and make the secrets; the settings with them."""
    say(f"Starting Throughline, data in {settings.home}")
    check_ports(settings)
    check_databases(settings)
    return with_secrets(settings)


def bring_up_to_date(settings: Settings) -> None:
    """Bring the database to this release, and fill a new one with the demo workspace."""
    upgrade(settings.database_url)
    database = Database(settings.database_url)
    try:
        is_new = is_empty(database)
    finally:
        database.engine.dispose()
    if is_new:
        say("  first start: making the demo workspace")
        seed_demo(settings)


async def _serve(supervisor: Supervisor, settings: Settings) -> None:
    await asyncio.gather(
        supervisor.start({"temporal", "mail", "provider"}),
        asyncio.to_thread(check_libraries),
        asyncio.to_thread(bring_up_to_date, settings),
    )
    await supervisor.start()
    say(addresses(settings, LOGINS))
    await asyncio.Event().wait()


async def _until(stop: asyncio.Event, serving: object) -> None:
    """Serve until told to stop; whatever the serving raises is raised here."""
    work = asyncio.ensure_future(serving)  # type: ignore[call-overload]  # a coroutine
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([work, stopped], return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if work.done():
        work.result()
    work.cancel()


def _on_signals(stop: asyncio.Event, supervisor: Supervisor) -> None:
    def asked() -> None:
        if stop.is_set():  # the second time it is meant
            supervisor.kill()
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, asked)


def _environment(settings: Settings) -> dict[str, str]:
    return {"THROUGHLINE_HOME": str(settings.home), "THROUGHLINE_PORT": str(settings.port), "PYTHONUNBUFFERED": "1"}


def main(settings: Settings) -> int:
    """The exit status: 0 after Ctrl-C, 1 with one clear line when it could not start."""
    try:
        asyncio.run(up(settings))
    except CannotStart as problem:
        say(f"Cannot start: {problem}")
        return 1
    return 0
