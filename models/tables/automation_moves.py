"""Moves of live runs to another version of their automation, with what it takes to put each back."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from models.tables.rows import UtcDateTime, WorkspaceRow


class AutomationMove(WorkspaceRow, table=True):
    """What became of the live runs when a version was published."""

    __tablename__ = "automation_moves"

    automation_id: str = Field(foreign_key="automations.id", index=True)
    from_version: int
    """The version in force before; 0 when there was none."""
    to_version: int
    author: str = ""
    choices: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """Group key to `finish`, `next_wait`, `now` or `stop`."""
    mapping: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """Old node id to the id of the node that takes its place."""
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    undone_by: str = ""


class RunMove(WorkspaceRow, table=True):
    """What became of one run in a move."""

    __tablename__ = "run_moves"

    move_id: str = Field(foreign_key="automation_moves.id", index=True)
    run_id: str = Field(foreign_key="automation_runs.id", index=True)
    choice: str
    """`next_wait`, `now` or `stop`; one that finishes on its version has no row."""
    status: str = "pending"
    """`pending`, `moved`, `stayed`, `stopped`, `undone` or `kept`."""
    reason: str = ""
    """Why it stayed, is not moved yet, or was kept when the move was undone."""
    from_version: int
    to_version: int
    state: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """The run's state just before it moved; empty when it had not begun."""
    steps: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    """The rows of the steps it stood on, as they were."""
    last_step_id: str = ""
    """The newest step row there was; later ones were written since."""
    effects: str = ""
    """Digest of all that the run had effected; another one now means that it had an effect since."""
    moved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
