"""How ops find a workflow in Temporal's own UI: ids and enums only, they are stored as plain text."""

from temporalio.api.common.v1 import Payload
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.converter import default as default_converter

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


def born_with(workspace_id: str, entity_type: str) -> TypedSearchAttributes:
    """The attributes that a child workflow is born with."""
    return TypedSearchAttributes([SearchAttributePair(WORKSPACE_ID, workspace_id), SearchAttributePair(ENTITY_TYPE, entity_type)])


def initial_attributes(workspace_id: str, entity_type: str) -> dict[str, Payload]:
    """The attributes that a workflow is born with, encoded for a raw start request."""
    values = {WORKSPACE_ID.name: workspace_id, ENTITY_TYPE.name: entity_type}
    encoded = {}
    for name, value in values.items():
        payload = default_converter().payload_converter.to_payload(value)
        payload.metadata["type"] = b"Keyword"
        encoded[name] = payload
    return encoded
