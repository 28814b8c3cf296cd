"""Records to try an automation with: recent real ones, and one that is invented."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel

from api.automation_authors import require_author, require_trigger
from api.deps import Read
from api.routing import Router
from api.web.formats import ago
from models.queries.automation_hooks import schemas_for
from models.queries.automation_samples import list_samples
from models.rules.automation_drawings.reads import trigger_schema
from models.rules.automation_samples import invented
from models.types.automations import Drawing, Events, TriggerKind

router = Router("automations")


class SampleOut(BaseModel):
    """One record as a run would see it under `trigger`."""

    label: str
    at: datetime
    is_invented: bool
    record: dict[str, Any]


@router.get("/automation_samples")
def list_automation_samples(
    call: Read,
    kind: TriggerKind = TriggerKind.EVENT,
    type: Annotated[str, Query(max_length=100)] = "",
    automation_id: Annotated[str, Query(max_length=64)] = "",
) -> list[SampleOut]:
    """The newest records for a kind of trigger, and at the end an invented one. type: of event, date or record.

    automation_id: whose hook has a sample, for calls from outside.
    """
    require_author(call)
    require_trigger(call, kind, type)
    found = [
        SampleOut(label=f"{one.label} · {ago(one.at)}", at=one.at, is_invented=False, record=one.record)
        for one in list_samples(call.session, kind, type, automation_id=automation_id, now=call.now)
    ]
    record = invented(_schema(kind, type, schemas_for(call.session, automation_id)), call.now) or {}
    return [*found, SampleOut(label="Invented record", at=call.now, is_invented=True, record=record)]


def _schema(kind: TriggerKind, type: str, events: Events) -> Mapping[str, Any]:
    """What such a trigger brings along, as the compiler knows it."""
    settings = {"kind": kind, "type": type, "noun": type}
    head = {"id": "trigger", "kind": "trigger", "settings": settings}
    return {"type": "object", **trigger_schema(Drawing({"nodes": [head]}), events)}
