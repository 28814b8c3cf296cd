"""The `throughline` command."""

import argparse
import os
import sys

from api.demo import LOGINS, seed_demo
from api.up import run
from api.up.console import logins, say
from api.up.preflight import CannotStart, check_databases
from models.migrations.run import upgrade
from models.settings import Settings, get_settings, with_secrets
from models.types.errors import Refused


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; the exit status: 1 with one clear line when something stands in the way."""
    verb = parser().parse_args(arguments).verb
    settings = get_settings()
    if verb == "up":
        return run.main(settings)
    try:
        {"migrate": migrate, "seed": seed}[verb](settings)
    except (CannotStart, Refused) as problem:
        say(f"Cannot {verb}: {problem}")
        return 1
    return 0


def migrate(settings: Settings) -> None:
    """Bring the database to this release. Raises CannotStart when its file is damaged."""
    settings.home.mkdir(parents=True, exist_ok=True)
    check_databases(settings)
    upgrade(settings.database_url)


def seed(settings: Settings) -> None:
    """Fill the database with the demo workspace. Raises Refused when somebody has a workspace there."""
    migrate(settings)
    seed_demo(with_secrets(settings))
    say("The demo workspace is ready. `throughline up` serves it.")
    for line in logins(LOGINS):
        say(line)


def entry() -> None:
    """The console script."""
    status = main()
    sys.stdout.flush()
    # The Temporal SDK's native threads can abort the interpreter while it shuts down (sdk-python#300).
    os._exit(status)


def parser() -> argparse.ArgumentParser:
    """The verbs."""
    made = argparse.ArgumentParser(prog="throughline", description="Client work, end to end, on your own machine.")
    verbs = made.add_subparsers(dest="verb", required=True, metavar="verb")
    verbs.add_parser("up", help="run the product with all its parts until Ctrl-C")
    verbs.add_parser("migrate", help="bring the database to this release")
    verbs.add_parser("seed", help="fill an empty database with the demo workspace")
    return made


if __name__ == "__main__":
    entry()
