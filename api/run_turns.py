"""What is said of runs that wait for their turn, because more are wanted than a studio may have at once."""

from datetime import datetime

from api.deps import Call
from api.web.formats import near_until
from models.queries.automation_quotas import held_back


def turn_words(call: Call, automation_id: str | None = None) -> str:
    """How many runs, of one automation or of all, wait for their turn and when the next begins; empty when none does."""
    held = held_back(call.session, call.workspace.id, now=call.now, automation_id=automation_id)
    if not held.count:
        return ""
    one = held.count == 1
    who = "1 run waits for its turn: it" if one else f"{held.count} runs wait for their turn: the next"
    return f"{who} begins {_when(call, held.next_at)}."


def _when(call: Call, at: datetime | None) -> str:
    if at is None:
        return "as soon as another run waits for something or is over"
    if at <= call.now:
        return "in a moment"
    words = near_until(at, call.workspace.timezone, call.now)
    return f"at about {words.removeprefix('Today at ')}" if words.startswith("Today") else f"about {words[0].lower()}{words[1:]}"
