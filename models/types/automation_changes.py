"""What a new version of an automation changes: in the drawing, and for the runs that are under way."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.types.automations import Json


class Change(StrEnum):
    """What became of a node or an edge."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value that differs. A value that is not there is None."""

    field: str
    """Dotted path inside the settings, such as `input.subject.text`; `kind` and `label` are the node's own."""
    before: Json
    after: Json


@dataclass(frozen=True, slots=True)
class NodeChange:
    """A node that is new, gone or different. Where it stands on the canvas does not count."""

    node_id: str
    change: Change
    kind: str
    label: str
    fields: tuple[FieldChange, ...] = ()
    """Of changed nodes only."""


@dataclass(frozen=True, slots=True)
class EdgeChange:
    """A line that is new or gone; one that leads elsewhere is one of each."""

    change: Change
    source: str
    port: str
    target: str


@dataclass(frozen=True, slots=True)
class DrawingChanges:
    """All that differs between two drawings, in the order drawn."""

    nodes: tuple[NodeChange, ...] = ()
    edges: tuple[EdgeChange, ...] = ()
    limits: tuple[FieldChange, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs that a run could notice or a reader would read."""
        return not (self.nodes or self.edges or self.limits)

    @property
    def is_felt(self) -> bool:
        """Whether a run would notice: a new name alone is for readers."""
        own = (one.field for node in self.nodes for one in node.fields)
        is_new = any(node.change is not Change.CHANGED for node in self.nodes)
        return bool(self.edges or self.limits) or is_new or any(field != "label" for field in own)


class MoveChoice(StrEnum):
    """What becomes of a run when a new version is published."""

    FINISH = "finish"
    """It finishes on the version it follows."""
    NEXT_WAIT = "next_wait"
    """It goes on as it is, and changes to the new version the next time it comes to rest."""
    NOW = "now"
    STOP = "stop"
    """It is cancelled where it stands."""


class MoveStatus(StrEnum):
    """How far the move of one run has come."""

    PENDING = "pending"
    MOVED = "moved"
    STAYED = "stayed"
    """It could not move; its reason says why."""
    STOPPED = "stopped"
    UNDONE = "undone"
    KEPT = "kept"
    """The move was to be undone, but the run has had an effect since."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """Where one token of a run stands and when it goes on."""

    node_path: str
    doing: str
    """A token's status; `start` for a run that has not begun, `end` for one that is over."""
    at: datetime | None
    """When it goes on by itself; None for at once, for ever and for never, as `doing` says."""
    then: str | None = None
    """Path of the node that follows when the time is up; None at the end of a body."""


@dataclass(frozen=True, slots=True)
class MovePreview:
    """What a move would do to one run now. No action is tried: what it would begin with is named."""

    can_move: bool
    why_not: str
    old: tuple[NextStep, ...]
    new: tuple[NextStep, ...] = ()
    """Empty when it cannot move."""
    unread: tuple[str, ...] = ()
    """Nodes whose output later steps of the new version read, though this run never comes through them."""
