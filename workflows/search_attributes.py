"""How ops find a workflow in Temporal's own UI: ids and enums only, they are stored as plain text."""

from temporalio.api.common.v1 import Payload
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.converter import default as default_converter

from models.types.events import Happened
from models.types.workflow_state import SubjectState

WORKSPACE_ID = SearchAttributeKey.for_keyword("WorkspaceId")
STAGE = SearchAttributeKey.for_keyword("Stage")
ENTITY_TYPE = SearchAttributeKey.for_keyword("EntityType")
AUTOMATION_ID = SearchAttributeKey.for_keyword("AutomationId")
DUE_AT = SearchAttributeKey.for_datetime("DueAt")
KEYS = (WORKSPACE_ID, STAGE, ENTITY_TYPE, AUTOMATION_ID, DUE_AT)


async def register(client: Client) -> None:
    """Make the attributes known to the namespace. Safe to repeat."""
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(
            namespace=client.namespace,
            # The SDK types the same number under two names.
            search_attributes={key.name: key.indexed_value_type for key in KEYS},  # type: ignore[misc]
        )
    )


def born_with(state: SubjectState, noun: str, event: Happened) -> TypedSearchAttributes:
    """The attributes that a workflow is born with. event: what it is started by."""
    return TypedSearchAttributes([SearchAttributePair(key, value) for key, value in _values(state, noun, event)])


def initial_attributes(state: SubjectState, noun: str, event: Happened) -> dict[str, Payload]:
    """The same, encoded for a raw start request."""
    encoded = {}
    for key, value in _values(state, noun, event):
        payload = default_converter().payload_converter.to_payload(value)
        payload.metadata["type"] = b"Keyword"
        encoded[key.name] = payload
    return encoded


def memo_of(state: SubjectState, noun: str, event: Happened) -> dict[str, str]:
    """What Temporal's own UI shows beside a workflow: ids and a label, nothing about a person."""
    ids = {"engagement_id": state.engagement_id, "automation_id": _automation_id(state, noun, event)}
    label = f"{noun.capitalize()} {state.subject_id}"
    return {"label": label, "workspace_id": state.workspace_id, **{name: value for name, value in ids.items() if value}}


def _values(state: SubjectState, noun: str, event: Happened) -> list[tuple[SearchAttributeKey[str], str]]:
    values = [(WORKSPACE_ID, state.workspace_id), (ENTITY_TYPE, noun)]
    automation_id = _automation_id(state, noun, event)
    return [*values, (AUTOMATION_ID, automation_id)] if automation_id else values


def _automation_id(state: SubjectState, noun: str, event: Happened) -> str:
    """The automation that a clock or a run belongs to; "" for everything else."""
    if noun == "automation":
        return state.subject_id
    return str((event.payload or {}).get("automation_id") or "") if noun == "run" else ""
