"""Every action there is, by name."""

from typing import Any

from pydantic import ValidationError

from api.actions.action import Action, ActionContext
from api.actions.contacts import TagContact, UpdateContact
from api.actions.engagements import ChangeStatus, UpdateEngagement
from api.actions.inbox import PostInChannel
from api.actions.members import NotifyMember
from api.actions.messages import SendMail
from api.actions.proposals import DraftProposal
from api.actions.tasks import CreateTask
from models.types.automations import Catalogue, Json
from models.types.errors import Invalid, NotFound

ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        SendMail(),
        PostInChannel(),
        CreateTask(),
        NotifyMember(),
        ChangeStatus(),
        UpdateEngagement(),
        UpdateContact(),
        TagContact(),
        DraftProposal(),
    )
}


def schemas() -> Catalogue:
    """The catalogue as the compiler takes it: name to input, output, kind and what it causes."""
    return {name: action.schema() for name, action in ACTIONS.items()}


def is_slow(name: str) -> bool:
    """Whether an action speaks to somebody outside; one that is no longer there does not."""
    return name in ACTIONS and ACTIONS[name].kind == "slow"


def perform(context: ActionContext, name: str, given: dict[str, Json]) -> dict[str, Any]:
    """Do an action; its output as JSON.

    Raises NotFound for an action that is no longer there, Invalid for an input that does not fit, and what the action raises.
    """
    action = ACTIONS.get(name)
    if action is None:
        raise NotFound(f"There is no action “{name}” any more.")
    try:
        wanted = action.Input.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise Invalid(f"“{field}” does not fit: {first['msg']}.", field=field) from None
    return action.perform(context, wanted).model_dump(mode="json")
