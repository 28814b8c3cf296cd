"""Saying, before a thing is put away, which automations use it."""

from dataclasses import asdict

from pydantic import BaseModel, ConfigDict

from api.deps import Call
from models.queries.automation_users import automations_using


class UserOut(BaseModel):
    """An automation that uses a thing. is_in_force: what is published uses it, so its runs would be stuck without it."""

    model_config = ConfigDict(extra="forbid")

    id: str
    name: str
    status: str
    is_in_force: bool
    live_runs: int


def used_by(call: Call, thing_id: str) -> list[UserOut]:
    """The automations that use a thing."""
    return [UserOut(**asdict(one)) for one in automations_using(call.session, thing_id)]


def used_by_words(call: Call, thing_id: str) -> str:
    """The automations that use a thing, as a sentence for the dialogue that asks for confirmation; empty when there are none."""
    users = automations_using(call.session, thing_id)
    if not users:
        return ""
    names = ", ".join(f"“{one.name}”" + (f" ({one.live_runs} runs under way)" if one.live_runs else "") for one in users[:8])
    more = f" and {len(users) - 8} more" if len(users) > 8 else ""
    return f"{names}{more} {'use' if len(users) > 1 else 'uses'} it: steps that need it will be stuck."
