"""The `throughline` command."""

import argparse
import os
import sys

from api.demo import seed_demo
from api.up import run
from models.migrations.run import upgrade
from models.settings import get_settings


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; the exit status."""
    verb = parser().parse_args(arguments).verb
    settings = get_settings()
    if verb == "up":
        return run.main(settings)
    upgrade(settings.database_url)
    if verb == "seed":
        seed_demo(settings)
    return 0


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
