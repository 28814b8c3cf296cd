"""The JSON Schema of what an event brings along: the event itself, and the records that it is about."""

from collections.abc import Mapping
from functools import cache

from models.rules.automation_references import with_lists
from models.types.automation_dates import DATE_FIELDS
from models.types.automation_nouns import NOUNS
from models.types.automation_references import LISTS
from models.types.automations import Json
from models.types.events import CATALOGUE, EventType

_TEXT: Mapping[str, Json] = {"type": "string"}
_MAYBE: Mapping[str, Json] = {"type": ["string", "null"]}
_MOMENT: Mapping[str, Json] = {"type": "string", "format": "date-time"}
_MONEY: Mapping[str, Json] = {"type": "integer"}
_ANYTHING: Mapping[str, Json] = {"type": "object"}
_SCALAR: Mapping[str, Json] = {"type": ["string", "integer", "boolean", "null"]}


def _record(**fields: Json) -> dict[str, Json]:
    return with_lists({"type": "object", "properties": fields, "additionalProperties": False})


def _from(listed: str, schema: Mapping[str, Json] = _TEXT) -> dict[str, Json]:
    return {**schema, "x-lookup": listed}


CONTACT = _record(
    id=_from("contacts"),
    name=_TEXT,
    email=_MAYBE,
    phone=_MAYBE,
    title=_TEXT,
    address=_TEXT,
    timezone=_MAYBE,
    locale=_MAYBE,
    tags={"type": "array", "items": _TEXT},
    custom=_ANYTHING,
    source=_TEXT,
    owner_id=_MAYBE,
    is_unsubscribed={"type": "boolean"},
)
COMPANY = _record(id=_from("companies"), name=_TEXT, domain=_TEXT, address=_TEXT, tax_id=_TEXT)
ENGAGEMENT = _record(
    id=_from("engagements"),
    title=_TEXT,
    status=_from("engagement_statuses"),
    owner_id=_MAYBE,
    contact_id=_TEXT,
    company_id=_MAYBE,
    value_minor=_MONEY,
    currency=_TEXT,
)
OWNER = _record(id=_from("members"), name=_TEXT, email=_TEXT)
FORM = _record(id=_from("forms"), name=_TEXT, title=_TEXT, slug=_TEXT)
SUBMISSION = _record(id=_TEXT, form_id=_TEXT, answers=_ANYTHING)
WORKSPACE = _record(id=_TEXT, name=_TEXT, timezone=_TEXT, locale=_TEXT, currency=_TEXT)

_CALLED = _record(
    input=_ANYTHING,
    engagement_id=_MAYBE,
    contact_id=_MAYBE,
    contact=CONTACT,
    company=COMPANY,
    engagement=ENGAGEMENT,
    owner=OWNER,
    workspace=WORKSPACE,
)


@cache
def event_schemas() -> dict[str, dict[str, Json]]:
    """Event type to the schema of its record: what `trigger` and `event` hold in an automation.

    Parts that an event has nothing to say about are null. `subject` is the row the event is about: its plain columns.
    """
    return {name: _schema(name) for name in CATALOGUE}


@cache
def trigger_schemas() -> dict[str, dict[str, Json]]:
    """The schemas of events, and beside them those of the other triggers: `date:{field}`, `manual:{noun}`, `schedule`, `webhook`
    and `called`.

    What another system sends has a schema only when a sample of it was captured.
    """
    dates = {f"date:{name}": _about(field.noun, {"date": _TEXT}) for name, field in DATE_FIELDS.items()}
    manual = {f"manual:{name}": _about(name, {"batch_id": _TEXT}) for name in NOUNS}
    schedule = _about("", {"missed": {"type": "integer"}})
    return {**event_schemas(), **dates, **manual, "schedule": schedule, "webhook": hook_schema({}), "called": _CALLED}


def hook_schema(sample: Mapping[str, Json]) -> dict[str, Json]:
    """The schema of what another system's call brings along. sample: a captured call, or nothing."""
    parts = {name: schema_of(sample[name]) if name in sample else {} for name in ("body", "headers", "query")}
    return _record(event_id=_TEXT, type=_TEXT, at=_MOMENT, workspace=WORKSPACE, **parts)


def schema_of(value: Json) -> dict[str, Json]:
    """The schema that a sample value suggests. What else another system may send is not ruled out."""
    if isinstance(value, dict):
        return {"type": "object", "properties": {name: schema_of(one) for name, one in value.items()}}
    if isinstance(value, list):
        return {"type": "array", "items": schema_of(value[0]) if value else {}}
    if isinstance(value, bool):
        return {"type": "boolean"}
    if isinstance(value, int | float):
        return {"type": "number"}
    return dict(_TEXT) if isinstance(value, str) else {}


def _schema(event_type: str) -> dict[str, Json]:
    event = CATALOGUE[event_type]
    return _about(event.subject, {name: _said(event, name) for name in event.payload})


def _said(event: EventType, name: str) -> dict[str, Json]:
    """The schema of one value that an event carries."""
    is_status = event.subject == "engagement" and name in ("from", "to")
    return _from("engagement_statuses", _SCALAR) if is_status else dict(_SCALAR)


def _about(noun: str, payload: Mapping[str, Json]) -> dict[str, Json]:
    listed = LISTS.get(f"{noun}_id")
    return _record(
        event_id=_TEXT,
        type=_TEXT,
        at=_MOMENT,
        engagement_id=_MAYBE,
        contact_id=_MAYBE,
        subject_id=_from(listed) if listed else _TEXT,
        event=_record(id=_TEXT, type=_TEXT, at=_MOMENT, actor=_TEXT, **payload),
        contact=CONTACT,
        company=COMPANY,
        engagement=ENGAGEMENT,
        owner=OWNER,
        form=FORM,
        submission=SUBMISSION,
        workspace=WORKSPACE,
        subject=_ANYTHING,
    )
