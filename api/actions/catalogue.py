"""Every action there is, by name."""

from typing import Any

from pydantic import ValidationError

from api.actions.action import Action, ActionContext
from api.actions.bookings import CancelBooking, MoveBooking, SendSchedulerLink
from api.actions.comments import AddComment
from api.actions.companies import CreateCompany, LinkContact, UpdateCompany
from api.actions.contacts import ArchiveContact, CreateContact, FindContact, TagContact, UpdateContact
from api.actions.contracts import DraftContract, SendContract, VoidContract
from api.actions.engagements import ArchiveEngagement, ChangeStatus, OpenEngagement, UnarchiveEngagement, UpdateEngagement
from api.actions.files import ShareFile, UnshareFile
from api.actions.forms import SendForm
from api.actions.http import Request
from api.actions.inbox import PostInChannel
from api.actions.invoices import DraftFromTime, DraftInvoice, IssueInvoice, RemindOfInvoice, SendInvoice, VoidInvoice
from api.actions.members import NotifyMember
from api.actions.messages import SendMail, WriteToClient
from api.actions.payments import RecordPayment, RefundPayment, SendPaymentLink
from api.actions.projects import AddPerson, CompleteProject, ReanchorProject, StartProject
from api.actions.proposals import DraftProposal, RemindOfProposal, SendProposal, WithdrawProposal
from api.actions.retainers import EndRetainer, PauseRetainer, ResumeRetainer, StartRetainer
from api.actions.task_boards import AddBoard, AddGroup
from api.actions.tasks import ArchiveTask, AssignTask, CompleteTask, CreateTask, MoveTask, UpdateTask
from api.actions.time_entries import LogTime, StopTimer
from models.types.automations import Catalogue, Json
from models.types.errors import Invalid, NotFound

_GROUPS: tuple[tuple[str, tuple[Action, ...]], ...] = (
    ("Messages", (SendMail(), WriteToClient(), PostInChannel(), NotifyMember())),
    ("Contacts", (CreateContact(), UpdateContact(), TagContact(), FindContact(), ArchiveContact())),
    ("Companies", (CreateCompany(), UpdateCompany(), LinkContact())),
    ("Engagements", (OpenEngagement(), ChangeStatus(), UpdateEngagement(), ArchiveEngagement(), UnarchiveEngagement())),
    ("Forms", (SendForm(),)),
    ("Proposals", (DraftProposal(), SendProposal(), RemindOfProposal(), WithdrawProposal())),
    ("Contracts", (DraftContract(), SendContract(), VoidContract())),
    ("Calls", (SendSchedulerLink(), MoveBooking(), CancelBooking())),
    ("Projects", (StartProject(), CompleteProject(), AddPerson(), ReanchorProject(), AddBoard(), AddGroup())),
    ("Tasks", (CreateTask(), UpdateTask(), CompleteTask(), MoveTask(), AssignTask(), ArchiveTask(), AddComment())),
    ("Files", (ShareFile(), UnshareFile())),
    ("Time", (LogTime(), StopTimer())),
    ("Invoices", (DraftFromTime(), DraftInvoice(), IssueInvoice(), SendInvoice(), RemindOfInvoice(), VoidInvoice())),
    ("Payments", (RecordPayment(), SendPaymentLink(), RefundPayment())),
    ("Other services", (Request(),)),
    ("Retainers", (StartRetainer(), PauseRetainer(), ResumeRetainer(), EndRetainer())),
)

ACTIONS: dict[str, Action] = {action.name: action for _, actions in _GROUPS for action in actions}
GROUPS: dict[str, str] = {action.name: group for group, actions in _GROUPS for action in actions}
"""Under which heading the palette and the manual show an action."""


def schemas() -> Catalogue:
    """The catalogue as the compiler takes it: name to input, output, kind and what it causes."""
    return {name: {**action.schema(), "group": GROUPS[name]} for name, action in ACTIONS.items()}


def is_slow(name: str) -> bool:
    """Whether an action speaks to somebody outside; one that is no longer there does not."""
    return name in ACTIONS and ACTIONS[name].kind == "slow"


def misfits(name: str, given: dict[str, Json]) -> dict[str, str]:
    """What of an input an action would refuse before doing anything: field to reason; empty when it would take it.

    Raises NotFound for an action that is no longer there.
    """
    action = ACTIONS.get(name)
    if action is None:
        raise NotFound(f"There is no action “{name}” any more.")
    try:
        action.Input.model_validate(given)
    except ValidationError as error:
        return {
            str(one["loc"][0]) if one["loc"] else "": f"{one['msg'].removeprefix('Value error, ')}." for one in error.errors()
        }
    return {}


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
