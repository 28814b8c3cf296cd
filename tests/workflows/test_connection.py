"""The converter of everything that goes through Temporal."""

from models.types.workflow_state import SubjectState
from workflows.connection import SharedPayloadConverter


def test_the_converters_of_all_workflows_share_their_type_adapters():
    one, other = SharedPayloadConverter(), SharedPayloadConverter()

    assert isinstance(
        one.from_payload(one.to_payload({"workspace_id": "ws_1", "subject_id": "inv_1"}), SubjectState), SubjectState
    )
    assert list(one.converters.values()) == list(other.converters.values())
    assert one is not other
