"""What waits, what is stuck, what has not gone out; and the two ways out of a stuck step."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Form, Query
from fastapi.responses import Response

from api.deps import Call, Read, Write
from api.pages.home import Waiting, sentence, waiting_row
from api.render import member_page, redirect
from api.routing import Router
from models.commands.waits import repair_wait
from models.queries.home import OpenWait, list_open_waits
from models.queries.ops import (
    Backlog,
    TroubledRun,
    get_delivery_backlog,
    get_email_backlog,
    list_dead_deliveries,
    list_troubled_emails,
    list_troubled_runs,
)
from models.rules.members import safe_path
from models.tables.emails import Email
from models.tables.events import Delivery
from models.tables.waits import Wait
from models.types.errors import NotFound
from models.types.principals import Door
from models.types.waits import WaitKind, Whom

router = Router("ops", Door.MEMBER, prefix="")

_WHOM = {Whom.CLIENT: "On clients", Whom.US: "On us", Whom.THIRD_PARTY: "On others", Whom.CALENDAR: "On time"}
_KINDS = {WaitKind.APPROVAL: "Approvals"}
_AGES = {3: "Over 3 days", 7: "Over a week", 30: "Over a month"}


@dataclass(frozen=True, slots=True)
class Line:
    """One wait of the board."""

    waiting: Waiting
    whom: str
    kind: str
    client: str
    workflow_id: str
    engine_url: str


@dataclass(frozen=True, slots=True)
class StuckStep:
    """One step of the repair tray."""

    id: str
    what: str
    about: str
    href: str
    reason: str
    since: str
    can_skip: bool
    engine_url: str


@dataclass
class OpsPage:
    """The board, the repair tray and the outbox."""

    stuck: list[StuckStep]
    lines: list[Line]
    total: int
    chips: list[dict[str, Any]]
    is_filtered: bool
    deliveries: Backlog
    emails: Backlog
    troubled_emails: list[Email]
    dead: list[Delivery]
    runs: list[TroubledRun]
    engine_url: str


@router.get("/ops")
def show(call: Read, whom: str = "", kind: str = "", days: Annotated[int, Query(ge=0, le=3650)] = 0) -> Response:
    """Everything that waits. whom, kind, days: filters of the board; they live in the address."""
    every = list_open_waits(call.session)
    found = list_open_waits(call.session, whom=whom, kind=kind, since_before=call.now - timedelta(days=days) if days else None)
    page = OpsPage(
        stuck=[_stuck(call, one) for one in every if one.wait.kind == WaitKind.REPAIR],
        lines=[_line(call, one) for one in found if one.wait.kind != WaitKind.REPAIR],
        total=sum(one.wait.kind != WaitKind.REPAIR for one in every),
        chips=_chips({"whom": whom, "kind": kind, "days": str(days or "")}),
        is_filtered=bool(whom or kind or days),
        deliveries=get_delivery_backlog(call.session),
        emails=get_email_backlog(call.session),
        troubled_emails=list_troubled_emails(call.session),
        dead=list_dead_deliveries(call.session),
        runs=list_troubled_runs(call.session),
        engine_url=call.settings.temporal_ui_url,
    )
    return member_page(call, "ops/show.html", page, nav="ops")


@router.post("/ops/waits/{wait_id}/repair")
def create_repair(
    wait_id: str, call: Write, action: Annotated[str, Form()] = "", back: Annotated[str, Form()] = "/ops"
) -> Response:
    """Try a stuck step again, or skip it; its workflow hears of it."""
    wait = call.session.get(Wait, wait_id)
    if wait is None:
        raise NotFound("There is no such wait.")
    repair_wait(call.session, wait, action, actor=call.actor, now=call.now)
    said = "It is being tried again." if action == "retry" else "Skipped. What comes after it goes on."
    return redirect(call, safe_path(back, otherwise="/ops"), flash=said)


def _line(call: Call, one: OpenWait) -> Line:
    wait = one.wait
    waiting = waiting_row(one, zone=call.workspace.timezone, now=call.now)
    return Line(waiting, wait.whom, wait.kind, one.client, wait.workflow_id, _engine_url(call, wait.workflow_id))


def _stuck(call: Call, one: OpenWait) -> StuckStep:
    waiting = waiting_row(one, zone=call.workspace.timezone, now=call.now)
    reason = str(one.wait.detail.get("reason", ""))
    about = " · ".join(part for part in (one.client, waiting.about) if part)
    url = _engine_url(call, one.wait.workflow_id)
    return StuckStep(one.wait.id, sentence(one.wait.what), about, waiting.href, reason, waiting.since, one.wait.can_skip, url)


def _engine_url(call: Call, workflow_id: str) -> str:
    """The workflow in the engine's own console, or "" where there is none."""
    if not call.settings.temporal_ui_url:
        return ""
    query = urlencode({"query": f'WorkflowId="{workflow_id}"'})
    return f"{call.settings.temporal_ui_url}/namespaces/{call.settings.temporal_namespace}/workflows?{query}"


def _chips(chosen: dict[str, str]) -> list[dict[str, Any]]:
    choices: list[tuple[str, str, str]] = [("whom", key, text) for key, text in _WHOM.items()]
    choices += [("kind", key, text) for key, text in _KINDS.items()]
    choices += [("days", str(days), text) for days, text in _AGES.items()]
    return [_chip(chosen, name, value, text) for name, value, text in choices]


def _chip(chosen: dict[str, str], name: str, value: str, text: str) -> dict[str, Any]:
    is_on = chosen[name] == value
    query = urlencode({key: kept for key, kept in {**chosen, name: "" if is_on else value}.items() if kept})
    return {"text": text, "href": f"/ops?{query}" if query else "/ops", "current": is_on}
