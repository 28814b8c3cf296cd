"""Saying, before a thing is put away, which automations use it."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from api.deps import Call
from models.queries.automation_users import AutomationUser, automations_using
from models.types.errors import InUse

IsSure = Annotated[bool, Query(description="Also when published automations use it; without it they are told by a 409 first")]
"""Of every route that puts away, or deletes, what an automation can name."""


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


def ask_first(call: Call, thing_id: str, *, is_sure: bool) -> None:
    """Raises InUse, with all who use it, when published automations need a thing that is to be put away and nobody is sure."""
    users = automations_using(call.session, thing_id)
    if is_sure or not any(one.is_in_force for one in users):
        return
    detail = f"{_who(users)} Nothing was changed. To do it all the same, send it again with `?is_sure=true`."
    raise InUse(detail, field="is_sure", used_by=[asdict(one) for one in users])


def used_by_words(call: Call, thing_id: str) -> str:
    """The automations that use a thing, as a sentence for the dialogue that asks for confirmation; empty when there are none."""
    users = automations_using(call.session, thing_id)
    return _who(users) if users else ""


def _who(users: Sequence[AutomationUser]) -> str:
    names = ", ".join(f"“{one.name}”" + (f" ({one.live_runs} runs under way)" if one.live_runs else "") for one in users[:8])
    more = f" and {len(users) - 8} more" if len(users) > 8 else ""
    return f"{names}{more} {'use' if len(users) > 1 else 'uses'} it: steps that need it will be stuck."
