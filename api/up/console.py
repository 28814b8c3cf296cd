"""What the supervisor says on the terminal: one line for each thing that happens, never a traceback."""

import sys

from models.settings import Settings


def say(line: str) -> None:
    """Write one line to standard output, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def addresses(settings: Settings, people: list[tuple[str, str, str]]) -> str:
    """The block that is shown when everything answers. people: (role, e-mail, password) of the demo workspace."""
    rows = [
        ("Product", settings.public_url),
        ("Client portal", f"{settings.public_url}/portal"),
        ("Mail sink", settings.mail_page_url),
        ("Temporal UI", settings.temporal_ui_url),
    ]
    lines = [*map(_row, rows), *logins(people), _row(("Data", str(settings.home)))]
    return "\n".join(["", "Ready.", "", *lines, "", "Ctrl-C stops everything; the next start carries on where this one was.", ""])


def logins(people: list[tuple[str, str, str]]) -> list[str]:
    """A line for each person who can sign in. people: (role, e-mail, password)."""
    return [_row((f"Login ({role})", f"{email}  {password}")) for role, email, password in people]


def _row(row: tuple[str, str]) -> str:
    label, value = row
    return f"  {label:<18}{value}"
