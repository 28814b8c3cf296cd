"""What stands in a member's rail and in the bar of a phone. A page names its key in `nav`."""

from typing import NamedTuple


class Place(NamedTuple):
    """One entry of the navigation."""

    key: str
    text: str
    href: str
    icon: str


RAIL: list[tuple[str, list[Place]]] = [
    (
        "",
        [
            Place("home", "Home", "/", "house"),
            Place("inbox", "Inbox", "/inbox", "inbox"),
            Place("engagements", "Engagements", "/engagements", "waypoints"),
            Place("contacts", "Contacts", "/contacts", "users"),
            Place("calendar", "Calendar", "/bookings", "calendar"),
        ],
    ),
    (
        "Work",
        [
            Place("projects", "Projects", "/projects", "kanban"),
            Place("time", "Time", "/time_entries", "timer"),
        ],
    ),
    (
        "Money",
        [
            Place("proposals", "Proposals", "/proposals", "file-text"),
            Place("contracts", "Contracts", "/contracts", "signature"),
            Place("invoices", "Invoices", "/invoices", "receipt"),
            Place("retainers", "Retainers", "/retainers", "repeat"),
            Place("payments", "Payments", "/payments", "banknote"),
        ],
    ),
    (
        "Studio",
        [
            Place("forms", "Forms", "/forms", "clipboard-list"),
            Place("automations", "Automations", "/automations", "zap"),
            Place("ops", "Ops", "/ops", "activity"),
            Place("settings", "Settings", "/settings", "settings"),
        ],
    ),
]

_BY_KEY = {place.key: place for _, places in RAIL for place in places}
PHONE_BAR: list[Place] = [_BY_KEY[key] for key in ("home", "inbox", "engagements", "time")]
"""The four most used; the fifth button of the bar opens the whole rail."""
