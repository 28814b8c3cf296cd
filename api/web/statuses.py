"""How a status looks: its tone, its sign and its word. Colour is never the only sign.

One table for every noun, because the same word means the same everywhere.
"""

from typing import NamedTuple


class StatusLook(NamedTuple):
    """What the badge macro needs."""

    tone: str
    """neutral, brand, info, success, warning or error."""
    icon: str
    words: str


_LOOKS: dict[str, tuple[str, str]] = {
    # being prepared
    "draft": ("neutral", "pencil"),
    "new": ("brand", "sparkles"),
    "lead": ("brand", "sparkles"),
    "proposed": ("brand", "file-text"),
    "qualified": ("brand", "circle-check"),
    # on its way, somebody has to answer
    "sent": ("info", "send"),
    "viewed": ("info", "eye"),
    "pending": ("info", "hourglass"),
    "waiting": ("info", "hourglass"),
    "submitted": ("info", "send"),
    "open": ("info", "circle-dot"),
    "booked": ("info", "calendar-check"),
    "scheduled": ("info", "calendar-clock"),
    "processing": ("info", "loader"),
    "running": ("brand", "play"),
    "requested": ("info", "hourglass"),
    "queued": ("neutral", "hourglass"),
    "retrying": ("warning", "rotate-ccw"),
    # in force
    "active": ("success", "circle-dot"),
    "published": ("success", "circle-dot"),
    "contracted": ("success", "file-check"),
    "accepted": ("success", "circle-check"),
    "approved": ("success", "circle-check"),
    "completed": ("success", "circle-check"),
    "done": ("success", "circle-check"),
    "signed": ("success", "signature"),
    "won": ("success", "trophy"),
    "paid": ("success", "circle-check"),
    "succeeded": ("success", "circle-check"),
    "held": ("success", "circle-check"),
    "billed": ("success", "receipt"),
    "delivered": ("success", "mail-check"),
    # wants attention
    "paused": ("warning", "pause"),
    "asked": ("warning", "hand"),
    "partly_paid": ("warning", "circle-dot-dashed"),
    "past_due": ("warning", "alarm-clock"),
    "overdue": ("error", "alarm-clock"),
    "needs_repair": ("warning", "wrench"),
    "parked": ("warning", "wrench"),
    "no_show": ("warning", "user-x"),
    "stopped": ("neutral", "square"),
    "refunded": ("neutral", "undo-2"),
    # went wrong, or was refused
    "failed": ("error", "circle-x"),
    "rejected": ("error", "circle-x"),
    "declined": ("error", "circle-x"),
    "bounced": ("error", "mail-x"),
    "uncollectible": ("error", "ban"),
    "disputed": ("error", "scale"),
    # over
    "expired": ("neutral", "timer-off"),
    "withdrawn": ("neutral", "undo-2"),
    "superseded": ("neutral", "layers"),
    "merged": ("neutral", "layers"),
    "lost": ("neutral", "circle-x"),
    "closed": ("neutral", "lock"),
    "archived": ("neutral", "archive"),
    "void": ("neutral", "ban"),
    "voided": ("neutral", "ban"),
    "canceled": ("neutral", "ban"),
    "cancelled": ("neutral", "ban"),
    "ended": ("neutral", "flag"),
    "off": ("neutral", "power-off"),
    "skipped": ("neutral", "skip-forward"),
}


def status_look(status: str) -> StatusLook:
    """How a status is shown; one that the table does not know stands as a plain word with a dot."""
    tone, icon = _LOOKS.get(str(status), ("neutral", "circle"))
    return StatusLook(tone, icon, str(status).replace("_", " ").capitalize())


def known_statuses() -> list[str]:
    """Every status with a look of its own, in the order of the table."""
    return list(_LOOKS)
