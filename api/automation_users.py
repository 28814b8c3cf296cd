"""Saying, before a thing is put away, which automations use it."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from api.deps import Call
from models.queries.automation_users import AutomationUser, automations_posting_in, automations_using
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


def posted_by_words(call: Call, channel: str) -> str:
    """The automations that post in a channel of that name, as a sentence; empty when there are none.

    Nothing is stuck without it: what they post brings it back.
    """
    users = automations_posting_in(call.session, channel)
    return f"{_names(users)} {'post' if len(users) > 1 else 'posts'} in it: it comes back with the next message." if users else ""


def _who(users: Sequence[AutomationUser]) -> str:
    return f"{_names(users)} {'use' if len(users) > 1 else 'uses'} it: steps that need it will be stuck."


def _names(users: Sequence[AutomationUser]) -> str:
    names = ", ".join(f"“{one.name}”{_under_way(one.live_runs)}" for one in users[:8])
    return f"{names} and {len(users) - 8} more" if len(users) > 8 else names


def _under_way(live_runs: int) -> str:
    return f" ({live_runs} {'run' if live_runs == 1 else 'runs'} under way)" if live_runs else ""
