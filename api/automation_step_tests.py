"""Trying one step of a drawing: told by the rules, done in a transaction that is undone, or really done where that is safe."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event, inspect
from sqlmodel import Session

from api.actions import catalogue
from api.actions.action import ActionContext
from api.automation_authors import require_reach
from api.automation_failures import failed
from api.deps import Call
from models import clock
from models.db import enter, scope_of
from models.ids import new_id
from models.queries.members import get_member
from models.queries.work_calendars import work_calendar
from models.rules.automation_step_tests import step_outcome
from models.tables.automations import Automation, AutomationRun, AutomationVersion
from models.tables.events import Delivery, Event
from models.tables.rows import WorkspaceRow
from models.types.automation_step_tests import RowChange, StepOutcome
from models.types.automations import Json, NodeKind
from models.types.errors import Refused
from models.types.principals import PrincipalKind
from models.types.scope import Cause, Scope

MAIL, HTTP = "messages.send_mail", "http.request"
_HIDDEN = (Automation, AutomationVersion, AutomationRun, Event, Delivery)
"""Rows that tell of the trial itself, and not of what the action did."""
_LONG = 400
_SUBJECT = 300
"""Characters of a subject that a mail takes."""


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of a test."""

    outcome: StepOutcome
    effect: str = "none"
    """`none`: nothing was tried. `undone`: done and undone. `performed`: really done."""
    offer: str = ""
    """What a confirmed test would really do, in words; empty when it would do no more."""
    output: Json = None
    error: str = ""
    changes: list[RowChange] = field(default_factory=list)


def try_step(call: Call, node: dict[str, Json], scope: dict[str, Json], *, confirm: bool) -> Tested:
    """What a well-shaped step would be given and would do; the caller opens no transaction.

    confirm: a mail goes to the member who asks, an HTTP request is really made. Any other quick action is done and undone,
    confirmed or not. Raises Refused when a mail is confirmed by somebody who is no member.
    """
    with call.open(writes=False):
        require_reach(call, [node])
        calendar = work_calendar(call.session, now=call.now)
        told = step_outcome(node["kind"], node["settings"], scope, now=call.now, calendar=calendar, catalogue=catalogue.schemas())
        offer = _offer(call, node)
    if node["kind"] != NodeKind.ACTION or told.missing:
        return Tested(told, offer=offer)
    action, given = node["settings"]["action"], dict(told.given)
    if confirm and action in (MAIL, HTTP):
        return _performed(call, told, action, given, scope["trigger"])
    if catalogue.is_slow(action):
        return Tested(told, offer=offer)
    with call.open(writes=True):
        return _tried(call, told, offer, action, given, scope["trigger"])


def _offer(call: Call, node: dict[str, Json]) -> str:
    action = node["settings"].get("action") if node["kind"] == NodeKind.ACTION else None
    if action == HTTP:
        return "Make this request now. The other side cannot tell it from a real one."
    address = own_address(call)
    return f"Send this mail to you, {address}, and to nobody else." if action == MAIL and address else ""


def own_address(call: Call) -> str:
    """Where mails to the member who asks go; empty for a program."""
    principal = call.principal
    return get_member(call.session, principal.id).email if principal.kind is PrincipalKind.MEMBER else ""


def mail_to_caller(call: Call, given: Mapping[str, Json]) -> dict[str, Json]:
    """Queue a mail that a client would get for the member who asks, marked as a test; what the action says of it.

    given: the action's input. Raises Refused when it is no member who asks, and what the action raises.
    """
    address = own_address(call)
    if not address:
        raise Refused("A test mail goes to the member who asks for it. Sign in as one.")
    mine = {**given, "to": address, "subject": f"[Test] {given['subject']}"[:_SUBJECT], "is_marketing": False}
    return catalogue.perform(trial_context(call, {}), MAIL, mine)


def _performed(call: Call, told: StepOutcome, action: str, given: dict[str, Json], record: Json) -> Tested:
    try:
        if action == MAIL:
            with call.open(writes=True):
                return Tested(told, "performed", output=mail_to_caller(call, given))
        with call.open(writes=False):
            context = trial_context(call, record)
        return Tested(told, "performed", output=catalogue.perform(context, action, given))
    except Exception as error:
        if isinstance(error, Refused) and action == MAIL:
            raise
        return Tested(told, "performed", error=failed("", 0, 1, error).error)


def _tried(call: Call, told: StepOutcome, offer: str, action: str, given: dict[str, Json], record: Json) -> Tested:
    """Do it in a savepoint that is always rolled back."""
    changes: list[RowChange] = []
    output, error = None, ""
    caller = scope_of(call.session)
    savepoint = call.session.begin_nested()
    try:
        context = trial_context(call, record)
        call.session.add_all(_rows_of(context.run))
        call.session.flush()
        enter(call.session, Scope(caller.workspace_id, f"automation:{context.run.automation_id}", Cause()))
        with watched(call.session, changes):
            output = catalogue.perform(context, action, given)
            call.session.flush()
    except Exception as problem:
        error = failed("", 0, 1, problem).error
    finally:
        savepoint.rollback()
        enter(call.session, caller)
    return Tested(told, "undone", offer, output, error, [] if error else changes)


def trial_context(call: Call, record: Json) -> ActionContext:
    """For a run that never was. record: what would have started it."""
    trigger = record if isinstance(record, dict) else {}
    run = AutomationRun(
        id=new_id("run"),
        workspace_id=call.workspace.id,
        automation_id=new_id("aut"),
        automation_version=1,
        plan_hash="",
        event_id="test",
        dedupe_key="test",
        engagement_id=trigger.get("engagement_id"),
        trigger=trigger,
        created_at=clock.now(),
    )
    return ActionContext(call, run, f"test:{run.id}")


def _rows_of(run: AutomationRun) -> list[WorkspaceRow]:
    automation = Automation(id=run.automation_id, workspace_id=run.workspace_id, name="Test of a step")
    return [automation, run]


@contextmanager
def watched(session: Session, changes: list[RowChange]) -> Iterator[None]:
    """Note what is written until the block ends, in the order of writing; a row that is written twice is noted as it ended."""

    def note(flushed: Session, _context: Any) -> None:
        for verb, rows in (("add", flushed.new), ("change", flushed.dirty), ("remove", flushed.deleted)):
            changes.extend(_change(verb, row) for row in rows if isinstance(row, WorkspaceRow) and not isinstance(row, _HIDDEN))

    event.listen(session, "after_flush", note)
    try:
        yield
    finally:
        event.remove(session, "after_flush", note)


def _change(verb: str, row: WorkspaceRow) -> RowChange:
    state = inspect(row)
    names = [column.key for column in state.mapper.column_attrs if column.key not in ("id", "workspace_id", "version")]
    if verb == "change":
        names = [name for name in names if state.attrs[name].history.has_changes()]
    titles = (getattr(row, name, None) for name in ("title", "name", "subject", "text", "number"))
    label = next((str(title) for title in titles if title), "")
    noun = str(type(row).__tablename__).removesuffix("s").replace("_", " ")
    return RowChange(noun, verb, label[:120], {name: _shown(getattr(row, name)) for name in names})


def _shown(value: Any) -> Json:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = value.isoformat() if hasattr(value, "isoformat") else value if isinstance(value, str) else str(value)
    return text if len(text) <= _LONG else text[: _LONG - 1] + "…"
