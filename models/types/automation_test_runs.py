"""What a member wants of a test run, and what is told of each step beyond its row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from models.types.automation_step_tests import RowChange
from models.types.automations import Json

Effect = Literal["none", "undone", "made_up", "performed", "passed_over"]
"""Of a step in a test run. `none`: it has none, as a decision. `undone`: done and undone. `made_up`: not done, and its result
made up. `performed`: really done, with consent. `passed_over`: a wait that was ended at once."""


@dataclass(frozen=True, slots=True)
class TestRunWish:
    """How the world behaves towards a test run, and what it may really do."""

    passes_over_waits: bool = True
    """By itself no wait is waited for; otherwise the test ends where it would wait."""
    events_come: bool = True
    """Whether what is waited for happens, or the wait times out."""
    approval: str = "approved"
    """`approved` or `rejected`: what those who would be asked decide."""
    makes_requests: bool = False
    """Whether requests to other services are really made, once each."""
    mails_me: bool = False
    """Whether the mails it would send go to the member who asks."""


@dataclass(slots=True)
class StepNote:
    """What a test run tells of one step."""

    effect: Effect = "none"
    until: datetime | None = None
    """Until when a real run would have waited here at most; None for no wait, and for one without an end."""
    changes: list[RowChange] = field(default_factory=list)
    """What it wrote, before that was undone; of a step that runs another automation, what that wrote."""


@dataclass(frozen=True, slots=True)
class WantedRequest:
    """A request that a test run has come to and that is to be made with no transaction open."""

    key: str
    """The same in every play of the same test."""
    node_path: str
    iteration: int
    attempt: int
    given: Mapping[str, Json]
    trigger: Mapping[str, Json]
