"""The tables behind the lists that an automation can name a row of: the compiler, files and warnings read this one."""

from collections.abc import Mapping
from typing import Any

from models.tables.automations import Automation
from models.tables.bookings import Booking, Scheduler
from models.tables.companies import Company
from models.tables.contacts import Contact
from models.tables.contracts import Contract, ContractTemplate
from models.tables.credentials import Credential
from models.tables.engagements import Engagement
from models.tables.files import File
from models.tables.forms import Form
from models.tables.invoices import Invoice
from models.tables.members import Member
from models.tables.payments import Payment
from models.tables.projects import Project, ProjectTemplate
from models.tables.proposals import Proposal, ProposalTemplate
from models.tables.retainers import Retainer
from models.tables.tasks import Task, TaskBoard, TaskGroup

TABLES: Mapping[str, type[Any]] = {
    "automations": Automation,
    "bookings": Booking,
    "companies": Company,
    "contacts": Contact,
    "contract_templates": ContractTemplate,
    "contracts": Contract,
    "credentials": Credential,
    "engagements": Engagement,
    "files": File,
    "forms": Form,
    "invoices": Invoice,
    "members": Member,
    "payments": Payment,
    "project_templates": ProjectTemplate,
    "projects": Project,
    "proposal_templates": ProposalTemplate,
    "proposals": Proposal,
    "retainers": Retainer,
    "schedulers": Scheduler,
    "task_boards": TaskBoard,
    "task_groups": TaskGroup,
    "tasks": Task,
}
"""List, as in `x-lookup`, to its table."""

NAMES: Mapping[str, str] = {
    "bookings": "starts_at",
    "contracts": "title",
    "engagements": "title",
    "files": "filename",
    "invoices": "number",
    "payments": "method",
    "proposals": "title",
    "tasks": "title",
}
"""The column that tells the rows of a list apart, where it is not `name`."""

MIXED: Mapping[str, tuple[str, ...]] = {"people": ("members", "contacts"), "tasks_and_projects": ("tasks", "projects")}
"""Lists of more than one kind of thing."""

ARCHIVED: Mapping[str, str] = {"archived_engagements": "engagements"}
"""Lists of what was put away and can be brought back, to the list it is brought back to."""
