"""Which automations use a thing."""

from api.automation_users import UserOut, used_by
from api.deps import Read
from api.routing import Router

router = Router("automations")


@router.get("/automation_users/{thing_id}")
def list_automation_users(thing_id: str, call: Read) -> list[UserOut]:
    """The automations whose drawing or published version names a member, template, form or other thing by its id."""
    return used_by(call, thing_id)
