"""What a drawing may refer to, asked one id at a time: a workspace may have a hundred thousand contacts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from models.tables.automations import Automation
from models.tables.bookings import Scheduler
from models.tables.companies import Company
from models.tables.contacts import Contact
from models.tables.contracts import ContractTemplate
from models.tables.credentials import Credential
from models.tables.files import File
from models.tables.forms import Form
from models.tables.members import Member
from models.tables.projects import Project, ProjectTemplate
from models.tables.proposals import ProposalTemplate
from models.tables.tasks import Task, TaskBoard, TaskGroup
from models.types.automation_dates import DATE_FIELDS
from models.types.automation_nouns import NOUNS
from models.types.automations import TriggerKind

_TABLES: Mapping[str, tuple[type[Any], ...]] = {
    "members": (Member,),
    "contacts": (Contact,),
    "people": (Member, Contact),
    "companies": (Company,),
    "projects": (Project,),
    "tasks": (Task,),
    "tasks_and_projects": (Task, Project),
    "task_boards": (TaskBoard,),
    "task_groups": (TaskGroup,),
    "files": (File,),
    "forms": (Form,),
    "schedulers": (Scheduler,),
    "proposal_templates": (ProposalTemplate,),
    "contract_templates": (ContractTemplate,),
    "project_templates": (ProjectTemplate,),
    "credentials": (Credential,),
    "automations": (Automation,),
}


@dataclass(frozen=True, slots=True)
class LiveRows:
    """The ids of the rows of some tables that are there and not put away."""

    session: Session
    tables: tuple[type[Any], ...]

    def __contains__(self, row_id: object) -> bool:
        rows = (self.session.get(table, row_id) for table in self.tables)
        return any(row is not None and getattr(row, "archived_at", None) is None for row in rows)


@dataclass(frozen=True, slots=True)
class CallableAutomations:
    """The ids of the published automations that others may run."""

    session: Session

    def __contains__(self, automation_id: object) -> bool:
        automation = self.session.get(Automation, automation_id)
        return automation is not None and (automation.status, automation.trigger_kind) == ("published", TriggerKind.CALLED)


def drawing_lookups(session: Session) -> dict[str, Any]:
    """What exists now that a drawing may refer to, as containers of ids: the compiler tells when it is gone."""
    return {
        **{name: LiveRows(session, tables) for name, tables in _TABLES.items()},
        "callable_automations": CallableAutomations(session),
        "connections": frozenset[str](),
        "date_fields": DATE_FIELDS,
        "nouns": NOUNS,
    }
