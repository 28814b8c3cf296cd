"""What an action is: a name for people and programs, an input, an output, and how it is done."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from api.deps import Call
from models.commands.idempotency import KeyedWrite, claim_key, keep_answer
from models.db import workspace_id_of
from models.queries.automations import get_automation
from models.queries.contacts import get_contact
from models.queries.engagements import get_engagement
from models.rules.automation_references import with_lists
from models.tables.automations import AutomationRun
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.types.automations import Json
from models.types.errors import Refused


class ActionInput(BaseModel):
    """What an action is given. Its JSON Schema is the form in the builder."""

    model_config = ConfigDict(extra="forbid")


class ActionOutput(BaseModel):
    """What later steps may read of an action."""


def picked(title: str, lookup: str, description: str = "", **more: Any) -> Any:
    """The field of an input that holds the id of a row, chosen by a picker. lookup: where the picker looks."""
    return Field(title=title, description=description or None, json_schema_extra={"x-lookup": lookup}, **more)


def about_contact(title: str) -> Any:
    """The field of an input that holds a contact; without it the one the run is about, of whom there must be one."""
    more: dict[str, Json] = {"x-lookup": "contacts", "x-about": "contact"}
    return Field(title=title, description="The one the run is about", json_schema_extra=more)


def named_texts(title: str, description: str = "", **more: Any) -> Any:
    """The field of an input that holds texts under names of one's own; each may come from somewhere else."""
    return Field(title=title, description=description or None, json_schema_extra={"x-parts": True}, **more)


def sample(**values: Json) -> dict[str, Json]:
    """An input as it could be, for the manual."""
    return values


@dataclass(frozen=True, slots=True)
class ActionContext:
    """For which run an action is done, in whose transaction."""

    call: Call
    run: AutomationRun
    key: str
    """Run, node and iteration: every attempt and repeat of the same action has the same."""

    @property
    def session(self) -> Session:
        return self.call.session

    @property
    def now(self) -> datetime:
        return self.call.now

    @property
    def actor(self) -> str:
        """How rows and events name the automation."""
        return f"automation:{self.run.automation_id}"

    @property
    def automation_name(self) -> str:
        """What people call the automation."""
        return get_automation(self.session, self.run.automation_id).name

    def engagement(self, engagement_id: str | None = None) -> Engagement:
        """The engagement that was named, else the one the run is about. Raises NotFound, or Refused when there is none."""
        wanted = engagement_id or self.run.engagement_id
        if wanted is None:
            raise Refused("This automation runs for nobody's engagement. Say which one is meant.")
        return get_engagement(self.session, wanted)

    def contact(self, contact_id: str | None = None) -> Contact:
        """The contact who was named, else the one the run is about. Raises NotFound, or Refused when there is none."""
        wanted = contact_id or self.run.trigger.get("contact_id")
        if wanted is None and self.run.engagement_id is not None:
            wanted = self.engagement().contact_id
        if not wanted:
            raise Refused("This automation runs for no contact. Say who is meant.")
        return get_contact(self.session, wanted)

    def about(self, noun: str, named: str | None) -> str:
        """The id that was named, else that of the noun which started the run. Raises Refused when it was something else."""
        run, trigger = self.run, self.run.trigger
        started_by = trigger.get("subject_id") if str(trigger.get("type", "")).startswith(f"{noun}.") else None
        found = named or (run.subject_id if run.subject_kind == noun else None) or started_by
        if not found:
            words = noun.replace("_", " ")
            raise Refused(
                f"This automation was not started by {'an' if words[0] in 'aeiou' else 'a'} {words}. Say which is meant."
            )
        return str(found)

    def once(self, effect: Callable[[Session], dict[str, Json]]) -> dict[str, Json]:
        """Do an effect in a transaction of its own and keep its answer there: an attempt after a crash gets that answer.

        For slow actions, which have no transaction open; quick ones are done in that of their turn, which happens once.
        """
        with self.call.open(writes=True):
            session = self.call.session
            write = KeyedWrite(workspace_id_of(session), f"action:{self.key}", "action")
            known = claim_key(session, write, now=self.now)
            if known is not None:
                return dict(known.answer)
            answer = effect(session)
            keep_answer(session, write, status_code=200, answer=answer)
            return answer


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
    needs: ClassVar[tuple[str, ...]]
    """Scopes that whoever publishes an automation with it must have: it does nothing that its author may not."""
    example: ClassVar[dict[str, Json]]
    """See `sample`."""

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
            "output": with_lists(cls.Output.model_json_schema()),
            "kind": cls.kind,
            "client_facing": cls.client_facing,
            "emits": list(cls.emits),
            "needs": list(cls.needs),
            "example": cls.example,
        }
