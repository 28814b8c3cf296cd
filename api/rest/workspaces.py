"""The workspace's own settings."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.deps import Call, Read, Write
from api.pagination import Page
from api.routing import Router
from models.commands.workspaces import change_workspace
from models.rules.brand_colours import normalised_colour
from models.rules.dates import zone_info
from models.rules.working_hours import checked_week
from models.types.errors import Conflict, Invalid, NotFound

router = Router("workspaces")


class WorkspaceChange(BaseModel):
    """What to change; what is left out stays. version: refused when somebody changed it since."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(default=None, min_length=1, max_length=120, examples=["Atelier Nord"])
    timezone: str | None = Field(default=None, examples=["Europe/Berlin"])
    locale: str | None = Field(default=None, pattern="^[a-z]{2}([_-][A-Z]{2})?$", examples=["en"])
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$", examples=["EUR"])
    country: str | None = Field(default=None, pattern="^[A-Z]{2}$", examples=["DE"])
    brand_color: str | None = Field(default=None, examples=["#4f46e5"])
    sender_name: str | None = Field(default=None, max_length=120)
    sender_address: str | None = Field(default=None, max_length=254, examples=["hello@atelier-nord.example"])
    legal_name: str | None = Field(default=None, max_length=200)
    legal_address: str | None = Field(default=None, max_length=500)
    tax_id: str | None = Field(default=None, max_length=60, examples=["DE123456789"])
    weekly_hours: dict[str, list[list[str]]] | None = Field(default=None, examples=[{"0": [["09:00", "17:00"]]}])
    holidays_region: str | None = Field(default=None, max_length=12, examples=["DE-BE"])
    invoice_prefix: str | None = Field(default=None, max_length=20, examples=["INV-"])
    invoice_due_days: int | None = Field(default=None, ge=0, le=365, examples=[14])
    reminder_days: list[int] | None = Field(default=None, max_length=10, examples=[[3, 7, 14]])
    tax_rate_mpct: int | None = Field(default=None, ge=0, le=100_000, examples=[19000])
    rate_minor_per_hour: int | None = Field(default=None, ge=0, examples=[10000])
    runs_per_minute: int | None = Field(default=None, ge=1, le=100_000, examples=[6000])
    runs_in_flight: int | None = Field(default=None, ge=1, le=10_000, examples=[500])
    version: int | None = Field(default=None, examples=[3])


class WorkspaceOut(BaseModel):
    """The studio's settings as the API shows them."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    slug: str
    timezone: str
    locale: str
    currency: str
    country: str
    custom_domain: str | None
    brand_color: str
    logo_file_id: str | None
    sender_name: str
    sender_address: str
    legal_name: str
    legal_address: str
    tax_id: str
    weekly_hours: dict[str, Any]
    holidays_region: str
    invoice_prefix: str
    invoice_due_days: int
    reminder_days: list[int]
    tax_rate_mpct: int
    rate_minor_per_hour: int
    runs_per_minute: int
    """Runs of automations that may begin within a minute; more are held back, not dropped."""
    runs_in_flight: int
    """Runs of automations that may be at work at once; those that merely wait do not count."""
    created_at: datetime
    version: int


@router.get("/workspaces")
def list_workspaces(call: Read) -> Page[WorkspaceOut]:
    """The one workspace that the caller belongs to."""
    return Page[WorkspaceOut](items=[WorkspaceOut.model_validate(call.workspace)])


@router.get("/workspaces/{workspace_id}")
def show_workspace(workspace_id: str, call: Read) -> WorkspaceOut:
    """The caller's own workspace. Any other is not found."""
    _check_own(call, workspace_id)
    return WorkspaceOut.model_validate(call.workspace)


@router.patch("/workspaces/{workspace_id}")
def update_workspace(workspace_id: str, body: WorkspaceChange, call: Write) -> WorkspaceOut:
    """Change settings. Documents that were issued keep what they said."""
    _check_own(call, workspace_id)
    if body.version is not None and body.version != call.workspace.version:
        raise Conflict("Somebody else changed the settings since you looked. Reload and try again.", field="version")
    given = body.model_dump(exclude_unset=True, exclude={"version"})
    changes = {name: value for name, value in given.items() if value is not None}
    return WorkspaceOut.model_validate(change_workspace(call.session, call.workspace, _checked(changes)))


def _checked(changes: dict[str, Any]) -> dict[str, Any]:
    """The changes, with colour and hours in their stored form. Raises Invalid."""
    if "timezone" in changes:
        zone_info(changes["timezone"])
    if "brand_color" in changes:
        colour = normalised_colour(changes["brand_color"])
        if colour is None:
            raise Invalid("Write the colour as #rrggbb.", field="brand_color")
        changes["brand_color"] = colour
    if "weekly_hours" in changes:
        changes["weekly_hours"] = checked_week(changes["weekly_hours"])
    return changes


def _check_own(call: Call, workspace_id: str) -> None:
    if workspace_id != call.workspace.id:
        raise NotFound("There is no such workspace.")
