"""What the pickers of the builder offer."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from api.automation_authors import require_author
from api.deps import Read
from api.routing import Router
from models.queries.automation_options import list_options

router = Router("automations")


class OptionOut(BaseModel):
    """One choice. hint: a few words that tell it from others of its name."""

    model_config = ConfigDict(from_attributes=True)

    value: str
    label: str
    hint: str


@router.get("/automation_options/{lookup}")
def show_options(
    lookup: str,
    call: Read,
    q: Annotated[str, Query(max_length=100)] = "",
    value: Annotated[tuple[str, ...], Query(max_length=50)] = (),
) -> list[OptionOut]:
    """Up to 50 choices for a field whose schema carries this `x-lookup`; those chosen already (`value`) are always named."""
    require_author(call)
    return [OptionOut.model_validate(option) for option in list_options(call.session, lookup, text=q, chosen=value)]
