"""What publishing a drawing would do, for people to decide on before they do it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.types.automation_changes import DrawingChanges, MovePreview
from models.types.automations import Problem


@dataclass(frozen=True, slots=True)
class PublicationWish:
    """How to publish. Group keys are those of `models/rules/automation_moves.py`; `*` stands for every other group."""

    note: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    """Group key to a MoveChoice; a group that is not named finishes on its version."""
    mapping: Mapping[str, str] = field(default_factory=dict)
    """Old node id to the id of the new one that takes its place."""
    version: int | None = None
    """The draft's version that was seen; None does not ask."""


@dataclass(frozen=True, slots=True)
class Published:
    """What came of publishing. is_new: False when the version in force did the same already."""

    number: int
    is_new: bool
    move_id: str | None
    """By which it can be undone; None when nothing was done."""


@dataclass(frozen=True, slots=True)
class RunPreview:
    """One live run, and what moving it now would do."""

    run_id: str
    client: str
    """Empty when it is about nobody."""
    about: str
    preview: MovePreview


@dataclass(frozen=True, slots=True)
class RunGroup:
    """The live runs of one version that stand in one place."""

    key: str
    version: int
    standing: str
    """Node paths joined by `+`, or `start`."""
    label: str
    count: int
    can_move: bool
    """Whether any of the runs looked at can move at once."""
    why_not: str
    """Why none can; empty when one can."""
    runs: tuple[RunPreview, ...]
    """One page of them, oldest first."""
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class RemovedStep:
    """A step that live runs stand on and the drawing lacks."""

    node_id: str
    label: str
    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class PublicationPreview:
    """Everything to decide on. Groups are empty when all live runs follow what the drawing does already."""

    version: int
    """Of the draft; sent back with the publication, so that nobody publishes what they have not seen."""
    in_force: int
    """The version that events start now; 0 when there is none."""
    next_version: int
    """The number it would get; that of the version in force when it does the same."""
    is_unchanged: bool
    """Whether the drawing does the same as the version in force, which then is published already."""
    problems: tuple[Problem, ...]
    changes: DrawingChanges
    """Against the version published last; everything is new before the first."""
    groups: tuple[RunGroup, ...]
    removed: tuple[RemovedStep, ...]
    labels: dict[str, str]
    """Node id to what people call it, of the drawing and of every version with live runs."""
