"""Which automations use a thing."""

from typing import Annotated

from fastapi import Query

from api.automation_users import UserOut, used_by
from api.deps import Read
from api.routing import Router

router = Router("automations")


@router.get("/automation_users")
def list_automation_users(call: Read, thing_id: Annotated[str, Query(max_length=64)] = "") -> list[UserOut]:
    """The automations whose drawing or published version names a member, template, form or other thing by its id."""
    return used_by(call, thing_id) if thing_id else []
