"""What an action is: a name for people and programs, an input, an output, and how it is done."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from api.deps import Call
from models.queries.engagements import get_engagement
from models.tables.automations import AutomationRun
from models.tables.engagements import Engagement
from models.types.errors import Refused


class ActionInput(BaseModel):
    """What an action is given. Its JSON Schema is the form in the builder."""

    model_config = ConfigDict(extra="forbid")


class ActionOutput(BaseModel):
    """What later steps may read of an action."""


@dataclass(frozen=True, slots=True)
class ActionContext:
    """For which run an action is done, in whose transaction."""

    call: Call
    run: AutomationRun
    automation_name: str
    key: str
    """Run, node and iteration: every attempt and repeat of the same action has the same."""

    @property
    def session(self) -> Session:
        return self.call.session

    @property
    def now(self) -> datetime:
        return self.call.now

    def engagement(self, engagement_id: str | None = None) -> Engagement:
        """The engagement that was named, else the one the run is about. Raises NotFound, or Refused when there is none."""
        wanted = engagement_id or self.run.engagement_id
        if wanted is None:
            raise Refused("This automation runs for nobody's engagement. Say which one is meant.")
        return get_engagement(self.session, wanted)


class Action(ABC):
    """One thing an automation can do. Adding one is adding a class and naming it in catalogue.py."""

    name: ClassVar[str]
    """`noun.verb`, for plans; never changed once published."""
    title: ClassVar[str]
    icon: ClassVar[str]
    docs: ClassVar[str]
    Input: ClassVar[type[ActionInput]]
    Output: ClassVar[type[ActionOutput]]
    kind: ClassVar[Literal["fast", "slow"]] = "fast"
    """`fast`: done in the transaction of the run's turn. `slow`: speaks to somebody outside, with no transaction open."""
    client_facing: ClassVar[bool] = False
    """Whether a client reads it: then a place in a text with nothing to show stops it."""
    emits: ClassVar[tuple[str, ...]] = ()
    """Event types it causes."""

    @abstractmethod
    def perform(self, context: ActionContext, given: Any) -> ActionOutput:
        """Do it, once per key. given: an Input. Raises DomainErrors; only Unavailable is worth a retry."""

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """The action as the compiler takes it, and the builder shows it."""
        return {
            "title": cls.title,
            "icon": cls.icon,
            "docs": cls.docs,
            "input": cls.Input.model_json_schema(),
            "output": cls.Output.model_json_schema(),
            "kind": cls.kind,
            "client_facing": cls.client_facing,
            "emits": list(cls.emits),
        }
