"""Starting an automation by hand, for one record or for many: a preview first, nothing before it is confirmed."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from api.automation_authors import require_author
from api.deps import Read, Slow
from api.manual_runs import confirm, preview
from api.routing import Router
from models.ids import new_id
from models.types.manual_runs import MOST_RECORDS, ManualSelection

router = Router("automations")


class SelectionIn(BaseModel):
    """Which records: named ones, or all that fit. exclude: apart from these."""

    model_config = ConfigDict(extra="forbid")

    ids: Annotated[list[str], Field(max_length=MOST_RECORDS)] = []
    text: Annotated[str, Field(max_length=100, examples=["website"])] = ""
    status: Annotated[str, Field(max_length=40, examples=["open"])] = ""
    filter: Annotated[
        dict[str, Any] | None,
        Field(examples=[{"op": "is_empty", "args": [{"path": "trigger.contact.phone"}]}]),
    ] = None
    exclude: Annotated[list[str], Field(max_length=MOST_RECORDS)] = []

    def as_selection(self) -> ManualSelection:
        """The same as the queries take it."""
        return ManualSelection(tuple(self.ids), self.text, self.status, self.filter, tuple(self.exclude))


class BatchIn(SelectionIn):
    """What was seen in the preview and is confirmed."""

    batch_id: Annotated[str, Field(min_length=4, max_length=64, examples=["bat_01k8"])]
    """From the preview; the same batch starts each run once."""
    expected: Annotated[int, Field(ge=0, le=MOST_RECORDS)]
    """For how many records a run was to start."""


class CandidateOut(BaseModel):
    """One record. reason: why no run starts for it; empty when one does."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    label: str
    has_run: bool
    reason: str


class PreviewOut(BaseModel):
    """What would start. Nothing has."""

    batch_id: str
    count: int
    """For how many records a run would start."""
    records: list[CandidateOut]


class BatchOut(BaseModel):
    """What started."""

    batch_id: str
    begun: int
    run_ids: list[str]


@router.post("/automations/{automation_id}/manual_runs/preview")
def create_manual_preview(automation_id: str, wanted: SelectionIn, call: Read) -> PreviewOut:
    """The records that a selection means, before anything starts. Nothing is kept."""
    require_author(call)
    found = preview(call, automation_id, wanted.as_selection())
    return PreviewOut(
        batch_id=new_id("bat"),
        count=sum(not one.reason for one in found),
        records=[CandidateOut.model_validate(one) for one in found],
    )


@router.post("/automations/{automation_id}/manual_runs", status_code=201)
def create_manual_runs(automation_id: str, wanted: BatchIn, call: Slow) -> BatchOut:
    """Start the runs that were previewed. 409 when it would be others by now; the same batch again starts each run once."""
    made = confirm(call, automation_id, wanted.batch_id, wanted.as_selection(), wanted.expected)
    return BatchOut(batch_id=wanted.batch_id, begun=made.begun, run_ids=made.run_ids)
