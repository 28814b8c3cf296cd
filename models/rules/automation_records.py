"""The JSON Schema of what an event brings along: the event itself, and the records that it is about."""

from collections.abc import Mapping

from models.rules.automation_references import with_lists
from models.rules.json_schemas import properties
from models.types.automation_dates import DATE_FIELDS, DateField
from models.types.automation_nouns import NOUNS
from models.types.automation_references import LISTS
from models.types.automations import MAY_BE_MISSING, NEVER_THERE, Json
from models.types.events import CATALOGUE, EventType

_TEXT: Mapping[str, Json] = {"type": "string"}
_MAYBE: Mapping[str, Json] = {"type": ["string", "null"]}
_BLANK: Mapping[str, Json] = {"type": "string", MAY_BE_MISSING: True}
_MOMENT: Mapping[str, Json] = {"type": "string", "format": "date-time"}
_MONEY: Mapping[str, Json] = {"type": "integer"}
_ANYTHING: Mapping[str, Json] = {"type": "object"}
_ANSWERS: Mapping[str, Json] = {"type": "object", "additionalProperties": {MAY_BE_MISSING: True}}
"""What people filled in under names of the studio's own: any of it may be left out."""
_SCALAR: Mapping[str, Json] = {"type": ["string", "integer", "boolean"]}
_MAYBE_ID: Mapping[str, Json] = {"type": ["string", "null"]}

_TAKES_AWAY = (".deleted", ".removed", ".discarded")
"""How events are called after which there may be no row any more."""
_OF_A_CONTACT = frozenset({"booking", "contact", "invoice", "payment", "receipt", "portal"})
"""Nouns that are sure to be about a contact, and may be about no engagement."""
_OF_AN_ENGAGEMENT = frozenset({"contract", "engagement", "project", "proposal", "retainer"})
"""Nouns that are sure to be about an engagement, and with it about its contact."""
_OF_NOBODY = frozenset(
    {"", "api_token", "automation", "company", "credential", "form", "member", "project_template", "workspace"}
)
"""Nouns that are about no contact ever; a schedule is about nothing at all."""


def _record(**fields: Json) -> dict[str, Json]:
    return with_lists({"type": "object", "properties": fields, "additionalProperties": False})


def _from(listed: str, schema: Mapping[str, Json] = _TEXT) -> dict[str, Json]:
    return {**schema, "x-lookup": listed}


def _sure(schema: Mapping[str, Json]) -> dict[str, Json]:
    return {**schema}


def _maybe(schema: Mapping[str, Json]) -> dict[str, Json]:
    return {**schema, MAY_BE_MISSING: True}


def _never(schema: Mapping[str, Json]) -> dict[str, Json]:
    return {**schema, NEVER_THERE: True}


CONTACT = _record(
    id=_from("contacts"),
    name=_TEXT,
    email=_MAYBE,
    phone=_MAYBE,
    title=_BLANK,
    address=_BLANK,
    timezone=_MAYBE,
    locale=_MAYBE,
    tags={"type": "array", "items": _TEXT},
    custom=_ANSWERS,
    source=_BLANK,
    owner_id=_MAYBE,
    is_unsubscribed={"type": "boolean"},
)
COMPANY = _record(id=_from("companies"), name=_TEXT, domain=_BLANK, address=_BLANK, tax_id=_BLANK)
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
FORM = _record(id=_from("forms"), name=_TEXT, title=_BLANK, slug=_TEXT)
SUBMISSION = _record(id=_TEXT, form_id=_TEXT, answers=_ANSWERS)
WORKSPACE = _record(id=_TEXT, name=_TEXT, timezone=_TEXT, locale=_TEXT, currency=_TEXT)

_FROM_A_FORM = {
    "engagement_id": _from("engagements"),
    "contact_id": _from("contacts"),
    "contact": CONTACT,
    "engagement": ENGAGEMENT,
    "form": FORM,
    "submission": SUBMISSION,
}
"""What is sure to be there once a form's answers were taken."""

_CALLED = _record(
    input=_ANYTHING,
    engagement_id=_MAYBE,
    contact_id=_MAYBE,
    contact=_maybe(CONTACT),
    company=_maybe(COMPANY),
    engagement=_maybe(ENGAGEMENT),
    owner=_maybe(OWNER),
    workspace=WORKSPACE,
)


Subjects = Mapping[str, Mapping[str, Json]]
"""Noun to the schema of its rows' plain columns. A noun that is not there may show anything."""


def nouns() -> frozenset[str]:
    """All that an event, a date or a start by hand can be about."""
    return frozenset(event.subject for event in CATALOGUE.values()) | {field.noun for field in DATE_FIELDS.values()} | set(NOUNS)


def subject_schema(columns: Mapping[str, Json]) -> dict[str, Json]:
    """The schema of what `subject` holds. columns: name to schema."""
    return _record(**columns)


def known_event_schemas(subjects: Subjects) -> dict[str, dict[str, Json]]:
    """Event type to the schema of its record: what `trigger` and `event` hold in an automation.

    Parts that an event has nothing to say about are null. `subject` is the row the event is about: its plain columns.
    """
    return {name: _schema(name, subjects) for name in CATALOGUE}


def known_trigger_schemas(subjects: Subjects) -> dict[str, dict[str, Json]]:
    """The schemas of events, and beside them those of the other triggers: `date:{field}`, `manual:{noun}`, `schedule`, `webhook`
    and `called`.

    What another system sends has a schema only when a sample of it was captured.
    """
    dates = {f"date:{name}": _on_date(field, subjects) for name, field in DATE_FIELDS.items()}
    manual = {f"manual:{name}": _about(name, {"batch_id": _TEXT}, subjects) for name in NOUNS}
    others = {
        "schedule": _about("", {"missed": {"type": "integer"}}, subjects),
        "webhook": hook_schema({}),
        "called": _CALLED,
    }
    return {**known_event_schemas(subjects), **dates, **manual, **others}


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


def _schema(event_type: str, subjects: Subjects) -> dict[str, Json]:
    event = CATALOGUE[event_type]
    is_there = not event_type.endswith(_TAKES_AWAY)
    found = _about(event.subject, {name: _said(event, name) for name in event.payload}, subjects if is_there else {})
    return found if event_type != "submission.accepted" else {**found, "properties": found["properties"] | _FROM_A_FORM}


def _said(event: EventType, name: str) -> dict[str, Json]:
    """The schema of one value that an event carries."""
    is_status = event.subject == "engagement" and name in ("from", "to")
    return _from("engagement_statuses", _TEXT) if is_status else dict(_MAYBE_ID if name.endswith("_id") else _SCALAR)


def _on_date(field: DateField, subjects: Subjects) -> dict[str, Json]:
    """The schema of what a date brings along; the date itself is sure to be there."""
    columns = properties(subjects.get(field.noun, {}))
    if field.column not in columns:
        return _about(field.noun, {"date": _TEXT}, subjects)
    sure = {**columns[field.column], "type": "string"}
    return _about(field.noun, {"date": _TEXT}, {**subjects, field.noun: _record(**{**columns, field.column: sure})})


def _about(noun: str, payload: Mapping[str, Json], subjects: Subjects) -> dict[str, Json]:
    listed = LISTS.get(f"{noun}_id")
    return _record(
        event_id=_TEXT,
        type=_TEXT,
        at=_MOMENT,
        **_people(noun),
        subject_id=_from(listed) if listed else _TEXT,
        event=_record(id=_TEXT, type=_TEXT, at=_MOMENT, actor=_TEXT, **payload),
        workspace=WORKSPACE,
        subject=subjects.get(noun, _ANYTHING),
    )


def _people(noun: str) -> dict[str, dict[str, Json]]:
    """Whom and what a record of a noun is about, marked where that may be nobody, or never is anybody."""
    if noun in _OF_NOBODY:
        known = contact = engaged = _never
    else:
        known = _maybe
        engaged = _sure if noun in _OF_AN_ENGAGEMENT else _maybe
        contact = _sure if noun in _OF_AN_ENGAGEMENT | _OF_A_CONTACT else _maybe
    return {
        "engagement_id": engaged(_TEXT),
        "contact_id": contact(_TEXT),
        "contact": contact(CONTACT),
        "company": known(COMPANY),
        "engagement": engaged(ENGAGEMENT),
        "owner": known(OWNER),
        "form": known(FORM),
        "submission": known(SUBMISSION),
    }
