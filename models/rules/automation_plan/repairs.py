"""What a person who repairs a run is shown: what a stuck action would be given, and what comes after a step."""

from collections.abc import Mapping
from datetime import datetime

from models.rules.automation_plan.moves import node_at, scope_of
from models.rules.mappings import mapped_input
from models.types.automation_plan.commands import Turn
from models.types.automation_plan.states import RunState, Token
from models.types.automations import Json, Plan
from models.types.errors import DomainError
from models.types.working_time import WorkCalendar


def last_input(plan: Plan, state: RunState, token: Token, now: datetime, calendar: WorkCalendar) -> dict[str, Json]:
    """What an action was last asked with; where it never was, as much of its input as can be told from the run."""
    if token.input is not None:
        return dict(token.input)
    scope = scope_of(Turn(plan, now, calendar), state, token)
    given: dict[str, Json] = {}
    for name, mapping in node_at(plan, token.node_path)["input"].items():
        try:
            given |= mapped_input({name: mapping}, scope, zone=calendar.zone)
        except DomainError:
            # It is what the action is stuck at; the person fills it in.
            continue
    return given


def steps_from(plan: Plan, node_id: str) -> tuple[str, ...]:
    """A step outside of every branch and loop, and every one that may come after it, the nearest first."""
    found, place = [node_id], 0
    while place < len(found):
        following: Mapping[str, Json] = plan.root["nodes"][found[place]]["next"]
        found += dict.fromkeys(one for one in following.values() if one not in found)
        place += 1
    return tuple(found)
