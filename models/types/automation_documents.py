"""An automation as a file: to keep, to pass on, to bring into another studio."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.types.automations import Json

FORMAT = "throughline.automation"
FORMAT_VERSION = 1
"""Raised when an older reader would misunderstand a newer file."""


class ReferenceKind(StrEnum):
    """What a drawing may refer to and another studio has under another id."""

    MEMBER = "member"
    FORM = "form"
    PROPOSAL_TEMPLATE = "proposal_template"
    CONTRACT_TEMPLATE = "contract_template"
    PROJECT_TEMPLATE = "project_template"
    SCHEDULER = "scheduler"
    CONTACT = "contact"
    COMPANY = "company"
    PROJECT = "project"
    CHANNEL = "channel"
    AUTOMATION = "automation"
    CREDENTIAL = "credential"
    ENGAGEMENT = "engagement"
    PROPOSAL = "proposal"
    CONTRACT = "contract"
    BOOKING = "booking"
    INVOICE = "invoice"
    PAYMENT = "payment"
    RETAINER = "retainer"
    TASK = "task"
    TASK_BOARD = "task_board"
    TASK_GROUP = "task_group"
    FILE = "file"

    @property
    def list(self) -> str:
        """The list of all of them, such as `companies`."""
        return f"{self.removesuffix('y')}ies" if self.endswith("y") else f"{self}s"


@dataclass(frozen=True, slots=True)
class Reference:
    """One thing outside that a drawing names.

    key: the text that stands for it in the drawing, by itself (`frm_1`) or behind a colon (`member:mem_1`).
    """

    key: str
    kind: ReferenceKind
    name: str


@dataclass(frozen=True, slots=True)
class AutomationDocument:
    """What a file holds. Nothing secret: credentials are named, never carried."""

    name: str
    description: str
    drawing: Mapping[str, Json]
    references: tuple[Reference, ...] = ()
