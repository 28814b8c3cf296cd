"""What the supervisor says on the terminal: one line for each thing that happens, never a traceback."""

import sys

from models.settings import Settings


def say(line: str) -> None:
    """Write one line to standard output, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def addresses(settings: Settings, logins: list[tuple[str, str, str]]) -> str:
    """The block that is shown when everything answers. logins: (role, e-mail, password) of the demo workspace."""
    rows = [
        ("Product", settings.public_url),
        ("Client portal", f"{settings.public_url}/portal"),
        ("Mail sink", settings.mail_page_url),
        ("Temporal UI", settings.temporal_ui_url),
        *((f"Login ({role})", f"{email}  {password}") for role, email, password in logins),
        ("Data", str(settings.home)),
    ]
    lines = [f"  {label:<18}{value}" for label, value in rows]
    return "\n".join(["", "Ready.", "", *lines, "", "Ctrl-C stops everything; the next start carries on where this one was.", ""])
