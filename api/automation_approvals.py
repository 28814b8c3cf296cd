"""What runs ask approval for: people are asked and reminded, decide, or let others decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import Session

from api.actions import catalogue
from models.commands.automation_runs import client_of, plan_of, state_of
from models.commands.notifications import notify, notify_responsible
from models.queries.automation_runs import get_run, lock_run
from models.queries.automations import get_automation, get_version
from models.queries.members import list_members, list_members_asked
from models.rules.automation_plan.moves import node_at, token_at, wait_of
from models.rules.automation_ways import name_at, ways_on
from models.tables.automations import AutomationRun
from models.types.alerts import Alert, AlertKind
from models.types.automation_outline import WayOn
from models.types.automation_plan.commands import AskApproval, AskedAs, RemindApprovers
from models.types.automation_plan.states import Token, WaitKind
from models.types.automations import Drawing, NodeKind
from models.types.errors import Forbidden, Invalid
from models.types.members import MemberRole

if TYPE_CHECKING:
    from api.automation_runs import Turn
    from api.deps import Call

_LONGEST = 500
_LONGEST_MESSAGE = 200
"""So that what follows from the decision is not cut off behind it."""


@dataclass(frozen=True, slots=True)
class Question:
    """What people are asked to decide, in words."""

    automation: str
    client: str
    """Empty when the run is about nobody."""
    step: str
    message: str
    """Of the author; may be empty."""
    ways: tuple[WayOn, ...]
    """What approving does next, what rejecting does, and what happens without an answer when an end is set for that."""

    @property
    def subject(self) -> str:
        """Who asks, about whom, where."""
        return f"“{self.automation}”" + (f" for {self.client}" if self.client else "") + f", step “{self.step}”"

    @property
    def consequences(self) -> str:
        """What each decision leads to, a sentence each."""
        return " ".join(f"{way.words}: {way.follows}." for way in self.ways)


def question_of(session: Session, run: AutomationRun, node_path: str, message: str) -> Question:
    """What a run asks at one of its steps."""
    drawing, actions = Drawing(get_version(session, run.automation_id, run.automation_version).drawing), catalogue.schemas()
    step, ways = name_at(drawing, node_path, actions), ways_on(drawing, node_path, actions)
    return Question(get_automation(session, run.automation_id).name, client_of(session, run), step, message, ways)


def ask(turn: "Turn", asked: AskApproval) -> None:
    """Tell those who are newly asked; the owners, when none of them is a member any more. Once per person and wait.

    One to whom it is handed on is told each time: it may come back to somebody who handed it on before.
    """
    question = question_of(turn.session, turn.run, asked.node_path, asked.message)
    opening = {
        AskedAs.FIRST: "Your approval is asked",
        AskedAs.ESCALATED: "Nobody has decided yet, so your approval is asked too",
        AskedAs.DELEGATED: f"{turn.call.principal.name or 'Somebody'} hands a decision on to you",
    }[asked.asked_as]
    again = f":{turn.run.version}" if asked.asked_as is AskedAs.DELEGATED else ""
    _tell(turn, asked.newly, opening, question, wait_id=asked.wait_id, what=f"asked{again}")


def remind(turn: "Turn", reminder: RemindApprovers) -> None:
    """Tell all who are asked once more. Once per person, wait and reminder."""
    question = question_of(turn.session, turn.run, reminder.node_path, reminder.message)
    opening, what = "Still waiting for your approval", f"reminder:{reminder.number}"
    _tell(turn, reminder.approvers, opening, question, wait_id=reminder.wait_id, what=what)


def check_asked(call: "Call", run_id: str, wait_id: str) -> None:
    """Raise Forbidden when the caller is not asked what a run waits for; an owner counts as asked when nobody else is left.

    A wait that is over is left to the run, which says so.
    """
    token = _asking_token(call.session, lock_run(call.session, run_id), wait_id)
    if token is not None and not _may_decide(call, token):
        raise Forbidden("This approval is asked of somebody else.")


def may_skip(call: "Call", run: AutomationRun, node_path: str, iteration: int) -> bool:
    """Whether the caller may skip a step: not an approval that is for others to give, which would be deciding it.

    Owners may, always.
    """
    plan = plan_of(call.session, run)
    token = token_at(state_of(run, plan), node_path, iteration)
    if token is None or node_at(plan, node_path)["kind"] != NodeKind.APPROVAL:
        return True
    return call.principal.role == MemberRole.OWNER or bool(token.input and _may_decide(call, token))


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question that waits for its answer, as one person sees it."""

    question: Question
    asked: tuple[str, ...]
    """The names of those who are asked."""
    may_decide: bool
    others: tuple[tuple[str, str], ...]
    """(id, name) of those whom it may be handed on to."""


def open_question(call: "Call", run_id: str, wait_id: str) -> OpenQuestion | None:
    """What a run asks by an open wait, as the caller sees it; None when that is over."""
    run = get_run(call.session, run_id)
    token = _asking_token(call.session, run, wait_id)
    if token is None:
        return None
    asked = list_members_asked(call.session, token.input["approvers"])
    known = {call.principal.id, *(one.id for one in asked)}
    others = tuple((one.id, one.name) for one in list_members(call.session) if one.id not in known)
    question = question_of(call.session, run, token.node_path, token.input["message"])
    return OpenQuestion(question, tuple(one.name for one in asked), _may_decide(call, token), others)


def delegates(call: "Call", member_ids: Sequence[str]) -> tuple[str, ...]:
    """The members who are to decide, as a plan names them. Raises Invalid when one of them is nobody who may."""
    named = tuple(f"member:{member_id}" for member_id in dict.fromkeys(member_ids))
    if not named or len(list_members_asked(call.session, named)) < len(named):
        raise Invalid("Choose somebody of your team who can decide.", field="to")
    return named


def _asking_token(session: Session, run: AutomationRun, wait_id: str) -> Token | None:
    """The step that asks by that wait; None when the wait is over, or none of an approval."""
    state = state_of(run, plan_of(session, run))
    wait = wait_of(state, wait_id)
    if wait is None or wait.kind is not WaitKind.APPROVAL:
        return None
    return token_at(state, wait.node_path, wait.iteration)


def _may_decide(call: "Call", token: Token) -> bool:
    asked = token.input["approvers"]
    if {f"role:{call.principal.role}", call.actor} & set(asked):
        return True
    return call.principal.role == MemberRole.OWNER and not list_members_asked(call.session, asked)


def _notice(opening: str, question: Question) -> str:
    message = question.message.strip()
    short = message if len(message) <= _LONGEST_MESSAGE else f"{message[: _LONGEST_MESSAGE - 1]}…"
    said = f": {short}" if short else ""
    end = "" if said.endswith((".", "?", "!", "…")) else "."
    return f"{opening}. {question.subject}{said}{end} {question.consequences}"


def _tell(turn: "Turn", approvers: Sequence[str], opening: str, question: Question, *, wait_id: str, what: str) -> None:
    """Tell these, also by mail. what: the first asking, or which reminder; once each per person and wait."""
    run, text = turn.run, _notice(opening, question)[:_LONGEST]
    facts = {
        "opening": opening,
        "automation": question.automation,
        "client": question.client,
        "step": question.step,
        "message": question.message,
        "ways": [[way.words, way.follows] for way in question.ways],
        "run_id": run.id,
        "wait_id": wait_id,
    }
    alert = Alert(AlertKind.APPROVAL, turn.call.now, facts)
    href, key, about = f"/automation_runs/{run.id}", f"{run.id}:{wait_id}:{what}", run.engagement_id
    members = list_members_asked(turn.session, approvers)
    for member in members:
        notify(turn.session, member.id, text, href=href, key=key, engagement_id=about, alert=alert)
    if approvers and not members:
        notify_responsible(turn.session, None, text, href=href, key=key, engagement_id=about, alert=alert)
