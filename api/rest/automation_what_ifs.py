"""What an automation would have done over the real events of the past, and how that differs from what is published."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.automation_authors import require_author, require_reach
from api.automation_simulations import PastOfBoth, compiled, look_back
from api.deps import Read
from api.rest.automation_simulations import EntryOut, entry_out, refused
from api.rest.automations import DrawingIn
from api.routing import Router
from models.queries.automations import get_automation
from models.rules.automation_simulation.what_ifs import differences
from models.types.automation_simulations import EntryKind
from models.types.automation_what_ifs import Change, Difference, Past, PastRun
from models.types.automations import Drawing, Json

router = Router("automations")

MAX_DAYS_BACK = 90


class WhatIfIn(BaseModel):
    """Which stretch of the past, and which page of what is found."""

    model_config = ConfigDict(extra="forbid")

    drawing: DrawingIn | None = None
    """By itself the automation's own, saved or published or not."""
    days: Annotated[int, Field(ge=1, le=MAX_DAYS_BACK)] = MAX_DAYS_BACK
    until: datetime | None = None
    """Up to when; the answer of a first page says it, and later pages repeat it."""
    show: Literal["all", "different", "added", "removed", "changed"] = "all"
    cursor: Annotated[str | None, Field(max_length=20)] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class SideOut(BaseModel):
    """What one plan would have done for one event."""

    status: str
    effects: list[EntryOut]


class LineOut(BaseModel):
    """One effect that only one of the two has: `+` the draft, `-` the published version."""

    sign: Literal["+", "-"]
    entry: EntryOut


class PastRunOut(BaseModel):
    """One event that would have started a run."""

    event_id: str
    at: datetime
    who: str
    """The client it was about."""
    about: str
    """The engagement it was about."""
    engagement_id: str | None
    change: Change | None
    """None where nothing is published to compare with."""
    draft: SideOut | None
    published: SideOut | None
    lines: list[LineOut]


class TotalsOut(BaseModel):
    """One plan over all events."""

    started: int
    effects: dict[EntryKind, int]
    recipients: int
    """Different addresses that mail would have gone to."""
    stuck: int
    skipped: dict[str, int]
    """Why events started nothing: `filter`, `duplicate`, `concurrency`, `loop`, `flood`."""


class WhatIfOut(BaseModel):
    """The past under the draft, and against what is published."""

    since: datetime
    until: datetime
    looked_at: int
    draft: TotalsOut
    published: TotalsOut | None
    changes: dict[Change, int]
    note: str
    """Why there is nothing to see, or why it is not all; empty otherwise."""
    items: list[PastRunOut]
    next_cursor: str | None


@router.post("/automations/{automation_id}/what_ifs", response_model=WhatIfOut)
def create_what_if(automation_id: str, wanted: WhatIfIn, call: Read) -> Any:
    """Replay up to 90 days of real events against a drawing, newest first. Nothing is sent, written or asked of anybody.

    What ended waits then is taken from the events that really came. Answers 422 with the problems when the drawing cannot run.
    """
    require_author(call)
    automation = get_automation(call.session, automation_id)
    document = wanted.drawing.model_dump() if wanted.drawing else automation.drawing
    require_reach(call, Drawing(document).nodes)
    plan = compiled(call, automation, document)
    if isinstance(plan, list):
        return refused(plan, "Nothing was looked back on.")
    until = min(wanted.until or call.now, call.now)
    past = look_back(call, automation, plan, document, days=wanted.days, until=until)
    return _shown(past, wanted, call.workspace.timezone)


def _shown(past: PastOfBoth, wanted: WhatIfIn, zone: str) -> WhatIfOut:
    nothing = Past(0, (), ())
    found = list(reversed(differences(past.draft, past.published or nothing)))
    has_other = past.published is not None
    listed = [one for one in found if wanted.show == "all" or _is_wanted(one, wanted.show)]
    begin = int(wanted.cursor) if wanted.cursor and wanted.cursor.isdigit() else 0
    page = listed[begin : begin + wanted.limit]
    end = begin + len(page)
    return WhatIfOut(
        since=past.since,
        until=past.until,
        looked_at=past.draft.looked_at,
        draft=_totals(past.draft),
        published=_totals(past.published) if past.published else None,
        changes=dict(Counter(one.change for one in found)) if has_other else {},
        note=past.note or past.draft.cut,
        items=[_item(one, zone, has_other) for one in page],
        next_cursor=str(end) if end < len(listed) else None,
    )


def _is_wanted(one: Difference, show: str) -> bool:
    return one.change is not Change.SAME if show == "different" else one.change == show


def _totals(past: Past) -> TotalsOut:
    effects = [entry for run in past.runs for entry in run.effects]
    return TotalsOut(
        started=len(past.runs),
        effects=dict(Counter(entry.kind for entry in effects if entry.kind is not EntryKind.STUCK)),
        recipients=len({str(entry.given.get("to")).lower() for entry in effects if entry.kind is EntryKind.MAIL}),
        stuck=sum(1 for run in past.runs if run.status == "parked"),
        skipped=dict(Counter(one.reason for one in past.skipped)),
    )


def _item(one: Difference, zone: str, has_other: bool) -> PastRunOut:
    run = one.draft or one.published
    record = run.record if run else {}
    return PastRunOut(
        event_id=one.event_id,
        at=one.at,
        who=_called(record.get("contact"), "name"),
        about=_called(record.get("engagement"), "title"),
        engagement_id=record.get("engagement_id"),
        change=one.change if has_other else None,
        draft=_side(one.draft, zone),
        published=_side(one.published, zone),
        lines=[LineOut(sign="+" if sign == "+" else "-", entry=entry_out(entry, zone)) for sign, entry in _lines(one, has_other)],
    )


def _lines(one: Difference, has_other: bool) -> Iterable[Any]:
    return one.lines if has_other else ()


def _side(run: PastRun | None, zone: str) -> SideOut | None:
    return None if run is None else SideOut(status=run.status, effects=_entries(run.effects, zone))


def _entries(entries: Sequence[Any], zone: str) -> list[EntryOut]:
    return [entry_out(entry, zone) for entry in entries]


def _called(part: Json, name: str) -> str:
    return str(part.get(name) or "") if isinstance(part, dict) else ""
