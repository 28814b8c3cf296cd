"""What others do, and when: the client answers, pays, or does not; the team sends what was drafted."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta

from models.rules.automation_matching import fits
from models.rules.automation_plan.facts import may_be_over
from models.rules.automation_plan.moments import moved_by
from models.rules.automation_simulation.samples import sample_record
from models.rules.expressions import value_at
from models.types.automation_dates import ENDS
from models.types.automation_simulations import Occurrence, Scenario
from models.types.automations import Events, Json, NodeKind, Plan
from models.types.events import CATALOGUE
from models.types.working_time import WorkCalendar

_CLIENT = frozenset(
    {
        "submission.accepted",
        "proposal.viewed",
        "proposal.accepted",
        "contract.completed",
        "booking.made",
        "message.received",
        "portal.entered",
        "comment.added",
        "file.added",
    }
)
_REFUSALS: Mapping[str, str] = {"proposal.declined": "proposal.accepted", "contract.declined": "contract.completed"}
"""The event of a client who says no to that of one who says yes."""
_PAYER = frozenset({"invoice.paid", "payment.started", "payment.succeeded", "receipt.issued", "retainer.period_paid"})
_AT_ONCE = frozenset({"email.sent", "proposal.sealed", "receipt.issued"})
_NEVER_BY_ITSELF = frozenset(
    {
        "submission.quarantined",
        "submission.discarded",
        "proposal.expired",
        "proposal.withdrawn",
        "proposal.superseded",
        "contract.voided",
        "booking.canceled",
        "booking.rescheduled",
        "invoice.voided",
        "invoice.written_off",
        "invoice.deleted",
        "payment.failed",
        "payment.refunded",
        "email.refused",
        "engagement.lost",
        "engagement.paused",
    }
)
_FOLLOWS: Mapping[str, tuple[str, ...]] = {
    "proposal.drafted": ("proposal.sent",),
    "proposal.sent": ("proposal.viewed", "proposal.accepted", "proposal.declined"),
    "proposal.accepted": ("contract.completed", "proposal.sealed"),
    "contract.drafted": ("contract.sent",),
    "contract.sent": ("contract.completed", "contract.declined"),
    "invoice.drafted": ("invoice.issued",),
    "invoice.issued": ("payment.succeeded",),
    "invoice.sent": ("payment.succeeded",),
    "payment.succeeded": ("invoice.paid",),
    "invoice.paid": ("receipt.issued",),
    "task.created": ("task.completed",),
    "booking.made": ("booking.held",),
}
"""What an event leads to by itself: about the same thing, or about one of its own that names it."""
_AT_THE_SAME_TIME = frozenset({("payment.succeeded", "invoice.paid"), ("proposal.accepted", "contract.completed")})
_AHEAD = ("starts_", "ends_", "due_", "expires_", "closes_", "next_")
"""Beginnings of columns whose dates are yet to come when somebody hears of the row."""
_DAYS_AHEAD = 7
_SHARED = ("engagement", "contact", "company", "owner", "form", "submission")


def awaited_types(body: Mapping[str, Json]) -> Iterator[str]:
    """The types of events that the nodes of a plan's body wait for, at every depth."""
    for node in body.get("nodes", {}).values():
        if node.get("kind") == NodeKind.WAIT_FOR_EVENT:
            yield str(node["event"])
        yield from awaited_types(node.get("body", {}))


def called_ids(body: Mapping[str, Json]) -> Iterator[str]:
    """The automations that the nodes of a plan's body call, at every depth."""
    for node in body.get("nodes", {}).values():
        if node.get("kind") == NodeKind.SUB_AUTOMATION:
            yield str(node["automation_id"])
        yield from called_ids(node.get("body", {}))


def causes_of(event_types: set[str]) -> frozenset[str]:
    """The types of events that lead to these, by however many steps, and these themselves."""
    found = set(event_types)
    while more := {cause for cause, follows in _FOLLOWS.items() if found & set(follows)} - found:
        found |= more
    return frozenset(found)


def telling_types(plan: Plan) -> frozenset[str]:
    """The types of events that matter to a run: those it waits for or ends with, payments, and all that lead to them."""
    ends = ENDS if may_be_over(plan) else frozenset()
    return causes_of({*awaited_types(plan.root), *ends, "payment.succeeded"})


def days_until(event_type: str, scenario: Scenario) -> int | None:
    """After how many days such an event comes in this scenario, once there is occasion for it; None when it never does."""
    if event_type in scenario.events:
        return scenario.events[event_type]
    if event_type in _NEVER_BY_ITSELF:
        return None
    if event_type in _AT_ONCE:
        return 0
    if event_type in _PAYER:
        return scenario.client_pays_after_days
    agreed = _REFUSALS.get(event_type)
    if agreed is not None or event_type in _REFUSALS.values():
        return scenario.client_answers_after_days if scenario.client_declines == (agreed is not None) else None
    return scenario.client_answers_after_days if event_type in _CLIENT else scenario.team_acts_after_days


def following(cause: Occurrence, scenario: Scenario, events: Events, calendar: WorkCalendar) -> Iterator[Occurrence]:
    """The events that an event leads to, each at its moment."""
    noun, subject_id = cause.type.partition(".")[0], str(cause.record.get("subject_id") or "")
    for event_type in _FOLLOWS.get(cause.type, ()):
        days = 0 if (cause.type, event_type) in _AT_THE_SAME_TIME else days_until(event_type, scenario)
        if days is None or event_type not in events:
            continue
        at = moved_by(cause.at, days, "days", calendar)
        own = event_type.partition(".")[0]
        told = {**_flat(cause.record.get("event")), f"{noun}_id": subject_id}
        about = subject_id if own == noun else str(told.get(f"{own}_id") or f"{own}_of_{subject_id}")
        yield occurrence(event_type, at, cause.record, events, subject_id=about, payload=told)


def _flat(event: Json) -> dict[str, Json]:
    return {name: value for name, value in event.items() if name.endswith("_id")} if isinstance(event, dict) else {}


def occurrence(
    event_type: str,
    at: datetime,
    base: Mapping[str, Json],
    events: Events,
    *,
    subject_id: str = "",
    payload: Mapping[str, Json] | None = None,
) -> Occurrence:
    """An event made up: of the people and things of another record, about a subject of its own."""
    kind = CATALOGUE.get(event_type)
    made_up = subject_id or f"{kind.subject if kind else event_type.partition('.')[0]}_{at:%Y%m%d%H%M%S}"
    event_id = f"{event_type}/{made_up}/{at:%Y%m%d%H%M%S}"
    known = {"event_id": event_id, "type": event_type, "at": at.isoformat(), "subject_id": made_up}
    record = sample_record(events.get(event_type, {}), {}, now=at, base=base)
    nobody = {name: None for name in (*_SHARED, "engagement_id", "contact_id") if base and base.get(name) is None}
    said = {"id": event_id, "type": event_type, "at": at.isoformat(), "actor": "simulation", **(payload or {})}
    invented = _coming(record.get("subject") or {}, at) if base.get("subject_id") != made_up else base.get("subject") or {}
    subject = {**invented, "id": made_up}
    return Occurrence(
        at, event_type, {**record, **nobody, **known, "event": {**record.get("event", {}), **said}, "subject": subject}
    )


def _coming(subject: Mapping[str, Json], at: datetime) -> dict[str, Json]:
    """A made up row whose dates that lie ahead of it, such as the start of a call, are a week away."""
    dates = {name: value for name, value in subject.items() if name.startswith(_AHEAD) and isinstance(value, str)}
    moved = {name: at + timedelta(days=_DAYS_AHEAD) for name in dates}
    return {
        **subject,
        **{name: one.date().isoformat() if name.endswith("_on") else one.isoformat() for name, one in moved.items()},
    }


def fitted(match: Json, found: Occurrence) -> Occurrence | None:
    """The event with what a condition asks of it filled in; None when no filling in makes it fit."""
    if fits(match, found.record):
        return found
    record = filled(match, found.record)
    return Occurrence(found.at, found.type, record) if fits(match, record) else None


def filled(condition: Json, record: Mapping[str, Json]) -> dict[str, Json]:
    """The record with the values that a condition on it asks for, as far as they can be told from the condition.

    The first segment of the condition's paths is what it calls the record: `event` or `trigger`.
    """
    changed = dict(record)
    for path, value in _asked(condition):
        changed = _with(changed, path.split(".")[1:], value)
    return changed


def moved_record(record: Mapping[str, Json], path: str, by_days: int, calendar: WorkCalendar) -> dict[str, Json]:
    """The record with a date of it moved, its clock time kept; as it was where nothing lies at the path that is a date."""
    value = value_at({"trigger": record}, f"trigger.{path}")
    if not isinstance(value, str):
        return dict(record)
    try:
        moved = _moved(value, by_days, calendar)
    except ValueError:
        return dict(record)
    return _with(dict(record), path.split("."), moved)


def _moved(value: str, by_days: int, calendar: WorkCalendar) -> str:
    if len(value) == len("2026-03-31"):
        return (date.fromisoformat(value) + timedelta(days=by_days)).isoformat()
    return moved_by(datetime.fromisoformat(value), by_days, "days", calendar).isoformat()


_ASKS: Mapping[str, Callable[[Json], Json]] = {
    "eq": lambda value: value,
    "gte": lambda value: value,
    "lte": lambda value: value,
    "starts_with": lambda value: value,
    "contains": lambda value: value,
    "gt": lambda value: value + 1 if _is_number(value) else value,
    "lt": lambda value: value - 1 if _is_number(value) else value,
    "in": lambda value: value[0] if isinstance(value, list) and value else value,
}
"""Operator to a value that makes it true, from the one that is compared with."""


def _asked(condition: Json) -> Iterator[tuple[str, Json]]:
    """Paths and the values that are asked for: everywhere under `all`, in the first of `any`."""
    if not isinstance(condition, dict):
        return
    arguments, operator = condition.get("args", []), condition.get("op")
    if operator in ("all", "any"):
        for argument in arguments if operator == "all" else arguments[:1]:
            yield from _asked(argument)
    elif isinstance(operator, str) and operator in _ASKS:
        paths = [one["path"] for one in arguments if isinstance(one, dict) and "path" in one]
        values = [one["value"] for one in arguments if isinstance(one, dict) and "value" in one]
        if len(paths) == len(values) == 1:
            yield paths[0], _ASKS[operator](values[0])


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _with(record: dict[str, Json], path: list[str], value: Json) -> dict[str, Json]:
    head, *rest = path
    if not rest:
        return {**record, head: value}
    inner = record.get(head)
    return {**record, head: _with(dict(inner) if isinstance(inner, dict) else {}, rest, value)}
