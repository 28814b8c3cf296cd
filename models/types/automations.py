"""What an automation is before it runs: the drawing people edit, the plan made of it, and what is wrong with it.

The expression language and the shapes of values are plain JSON; their grammar is told in `models/rules/expressions.py`
and `models/rules/mappings.py`. What a run remembers and asks for is in `models/types/automation_plan/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Json = Any
"""A value as the json module reads it: None, bool, int, float, str, list, dict with string keys."""

SCHEMA_VERSION = 1
MAX_STEPS = 500
"""Nodes one run may enter, all bodies together."""
MAX_LOOP_STEPS = 20_000
"""The same, for a drawing with a loop."""
MAX_DAYS = 1100
"""The longest single wait, in days, unless the drawing sets another."""


MAY_BE_MISSING = "x-may-be-missing"
"""Marks in a schema what a step may read though it is not sure to be there, or not sure to hold a letter."""
NEVER_THERE = "x-never-there"
"""Marks in a schema what is empty in every run."""


class NodeKind(StrEnum):
    """What a node does. The trigger is the head of a drawing and no step of a plan."""

    TRIGGER = "trigger"
    ACTION = "action"
    CONDITION = "condition"
    DELAY = "delay"
    WAIT_UNTIL = "wait_until"
    WAIT_FOR_EVENT = "wait_for_event"
    APPROVAL = "approval"
    PARALLEL = "parallel"
    FOR_EACH = "for_each"
    SUB_AUTOMATION = "sub_automation"
    STOP = "stop"


class TriggerKind(StrEnum):
    """What starts a run."""

    EVENT = "event"
    DATE = "date"
    SCHEDULE = "schedule"
    WEBHOOK = "webhook"
    MANUAL = "manual"
    CALLED = "called"
    """By another automation's sub_automation."""


class Join(StrEnum):
    """When a run goes on behind a parallel."""

    ALL = "all"
    """Every branch has ended."""
    ANY = "any"
    """One branch has ended; the others are canceled."""


class SubMode(StrEnum):
    """Whether a run stays until the automation it started has ended."""

    WAIT = "wait"
    DETACH = "detach"


class ConcurrencyPolicy(StrEnum):
    """What a new run does when one is live for the same key."""

    QUEUE = "queue"
    REPLACE = "replace"
    SKIP = "skip"
    PARALLEL = "parallel"


class OnError(StrEnum):
    """Where an action goes once its attempts are used up."""

    PARK = "park"
    """Stay, and wait for a person."""
    BRANCH = "branch"
    """Leave by the error port; chosen by itself when that port is connected."""
    CONTINUE = "continue"
    """Leave by the ok port, with the error as its output."""


class Severity(StrEnum):
    """Whether a problem keeps a drawing from being published."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a drawing, placed where the builder can mark it."""

    node_id: str
    """Empty when it is about the drawing as a whole."""
    field: str
    """Dotted path inside the node's settings, such as `input.to`; empty when it is about the node as a whole."""
    code: str
    message: str
    fix: str
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the builder edits. `document` is stored as it came, so a round trip loses nothing.

    {"nodes": [{"id", "kind", "label", "settings": {}}],
     "edges": [{"id", "source", "port", "target"}],
     "positions": {node id: {"x", "y"}},
     "limits": {"max_steps", "max_days"},
     "notes": [{"id", "x", "y", "width", "height", "text"}],
     "collapsed": [node id]}

    It is flat. What is reached from a body port of a `parallel` or `for_each`, and from nowhere else, is that body; where a
    body's last node has no line out, the run goes back to the body's owner.
    """

    document: Mapping[str, Json] = field(default_factory=dict)

    @property
    def nodes(self) -> list[dict[str, Json]]:
        """The nodes that have the shape of a node, in the order drawn."""
        return _dicts(self.document.get("nodes"))

    @property
    def edges(self) -> list[dict[str, Json]]:
        """The edges that have the shape of an edge, in the order drawn."""
        return _dicts(self.document.get("edges"))

    @property
    def positions(self) -> dict[str, Json]:
        """Node id to its place on the canvas."""
        return _dict(self.document.get("positions"))

    @property
    def limits(self) -> dict[str, Json]:
        """What the author set below or above the usual limits."""
        return _dict(self.document.get("limits"))

    @property
    def trigger(self) -> dict[str, Json] | None:
        """The first trigger node."""
        return next((node for node in self.nodes if node.get("kind") == NodeKind.TRIGGER), None)

    def node(self, node_id: str) -> dict[str, Json] | None:
        """The node of that id."""
        return next((node for node in self.nodes if node.get("id") == node_id), None)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run follows: compiled, without positions or labels, never changed after.

    The root is `{"entry": node id, "nodes": {node id: node}}`; a node is `{"id", "kind", "ports": [port], "next": {port:
    node id}}` and its settings. Kinds that own bodies keep them as `"body": {"entries": {port: node id}, "nodes": {...}}`,
    where `ports` and `next` are without the body ports; so a node's path is the ids down to it, joined by `/`.
    """

    automation_id: str
    version: int
    hash: str
    """`sha256:` of the canonical JSON of schema, trigger, limits and root: equal behaviour, equal hash."""
    trigger: Mapping[str, Json]
    """`{"kind", "type", "filter", "dedupe", "concurrency"}` and what the kind needs besides."""
    limits: Mapping[str, Json]
    """`{"max_steps", "max_days"}`."""
    root: Mapping[str, Json]
    schema: int = SCHEMA_VERSION


Catalogue = Mapping[str, Mapping[str, Json]]
"""Action name to `{"input": JSON Schema, "output": JSON Schema, "kind": "fast" | "slow"}` and, where they apply, `"emits"`
(event types it causes), `"connection"` (a key of the lookup `connections`) and `"client_facing"` (a missing value stops it).
A property of the input schema may carry `"x-lookup"`: the name of a lookup its value must be in, and
`"format": "html"`: values put into its text are escaped."""

Events = Mapping[str, Mapping[str, Json]]
"""Event type to the JSON Schema of its record. The records of other triggers, where they are known, are beside them under
`manual:{noun}`, `date:{date field}`, `schedule`, `webhook` and `called`."""

Lookups = Mapping[str, Any]
"""Name to the ids that exist now: `{"members": {...}, "templates": {...}, "connections": {...}}`. What a lookup that is not
there would tell is not checked."""


def _dicts(value: Json) -> list[dict[str, Json]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _dict(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}
