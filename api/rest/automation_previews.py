"""What a value of a step would become for one record."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from api.automation_authors import require_author
from api.deps import Read
from api.routing import Router
from models.rules.json_schemas import misfit
from models.rules.mappings import escaped_for, is_mapping, mapped_value, missing_reads, shown_text
from models.rules.working_time import zone_of
from models.types.errors import Invalid

router = Router("automations")


class PreviewIn(BaseModel):
    """Where a value comes from, and what it is read from."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    mapping: Annotated[dict[str, Any], Field(examples=[{"text": "Hi {{ trigger.contact.name | first_name }}"}])]
    schema_: Annotated[dict[str, Any], Field(alias="schema")] = {}
    """Of the field that it goes into."""
    record: Annotated[dict[str, Any], Field(examples=[{"contact": {"name": "Ada Byron"}}])] = {}
    """What starts the run: read as `trigger`."""
    scope: dict[str, Any] = {}
    """The other names that may be read: `nodes`, `event`, `item`."""
    zone: Annotated[str | None, Field(max_length=64)] = None
    """For moments in texts, IANA; the workspace's by itself."""


class PreviewOut(BaseModel):
    """The value, how it reads, and what is missing."""

    value: Any
    text: str
    missing: list[str]
    """The paths that have no value in this record and nothing to take instead."""
    misfit: str
    """Why the value does not fit the field, in a sentence; empty when it does."""


@router.post("/automation_previews")
def create_preview(wanted: PreviewIn, call: Read) -> PreviewOut:
    """A value over one record, as a run would put it in. Nothing is kept."""
    require_author(call)
    if not is_mapping(wanted.mapping):
        raise Invalid("This says not where its value comes from.", field="mapping")
    zone = wanted.zone or call.workspace.timezone
    zone_of(zone)
    scope = {"now": call.now.isoformat(), **wanted.scope, "trigger": wanted.record}
    # Escaped letters are for programs to read: in a text for people they would only look wrong.
    is_for_programs = wanted.schema_.get("format") in ("json", "uri")
    mapping = escaped_for(wanted.schema_, wanted.mapping) if is_for_programs else wanted.mapping
    value = mapped_value(mapping, scope, zone=zone)
    reason = misfit(wanted.schema_, value) if value is not None else None
    return PreviewOut(
        value=value, text=shown_text(value, zone), missing=missing_reads(wanted.mapping, scope), misfit=reason or ""
    )
