"""The users' rules in versions, and their runs."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from models.tables.rows import Archivable, UtcDateTime, Versioned, WorkspaceRow


class Automation(WorkspaceRow, Versioned, Archivable, table=True):
    """A rule as it is being drawn; what runs is an AutomationVersion."""

    __tablename__ = "automations"

    name: str
    description: str = ""
    status: str = Field(default="draft", index=True)
    """`draft`, `published` or `off`."""
    drawing: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    published_version: int = 0
    trigger_kind: str = ""
    trigger_type: str = Field(default="", index=True)
    """Of the published version: the event type that starts it."""
    off_reason: str = ""
    """Why it is off, when nobody switched it off: it was about to run away."""


class AutomationVersion(WorkspaceRow, table=True):
    """What was published: immutable, hashed."""

    __tablename__ = "automation_versions"
    __table_args__ = (UniqueConstraint("automation_id", "number"),)

    automation_id: str = Field(foreign_key="automations.id", index=True)
    number: int
    plan: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    plan_hash: str
    drawing: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    author: str = ""
    note: str = ""


class AutomationRun(WorkspaceRow, Versioned, table=True):
    """One execution, pinned to its plan. Its position and outputs live here; its workflow only waits."""

    __tablename__ = "automation_runs"
    __table_args__ = (
        UniqueConstraint("automation_id", "event_id"),
        UniqueConstraint("automation_id", "dedupe_key"),
        Index("ix_automation_runs_begun", "workspace_id", "begun_at"),
        Index("ix_automation_runs_about", "automation_id", "subject_id", "created_at"),
        Index("ix_automation_runs_live", "workspace_id", "status"),
    )

    automation_id: str = Field(foreign_key="automations.id", index=True)
    automation_version: int
    plan_hash: str
    event_id: str
    """The event that started it, or what stands for one (`date:…`, `cron:…`, `hook:…`, `manual:…`); unique per automation."""
    dedupe_key: str
    """The value of the trigger's `dedupe` path, the event's id unless the author chose another; it too starts one run."""
    concurrency_key: str = Field(default="", index=True)
    """Runs of one automation with the same key heed its concurrency policy; empty when it has none."""
    engagement_id: str | None = Field(default=None, index=True)
    subject_kind: str = ""
    subject_id: str = Field(default="", index=True)
    """The record the run is about; empty for one about none."""
    contact_id: str | None = Field(default=None, index=True)
    begun_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When its workflow was asked for; None while it is queued."""
    queued_for: str = ""
    """Why a queued run waits: `record` (another run about the same record is under way) or `quota`."""
    status: str = Field(default="requested", index=True)
    """`queued`, `requested`, `running`, `waiting`, `parked`, `succeeded`, `failed` or `canceled`."""
    state: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    trigger: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """The record that started it, as the plan sees it."""
    cause: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    next_wake_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    parent_run_id: str | None = Field(default=None, index=True)
    """The run whose step started this one."""
    parent_wait_id: str = ""
    """The wait of that run that this one's end is for; empty when it is not waited for."""
    move_id: str = ""
    """The RunMove that the run is yet to make to another version; empty when there is none."""
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class StepRun(WorkspaceRow, table=True):
    """What one node did in one run."""

    __tablename__ = "step_runs"
    __table_args__ = (UniqueConstraint("run_id", "node_path", "iteration"),)

    run_id: str = Field(foreign_key="automation_runs.id", index=True)
    node_path: str
    iteration: int = 0
    kind: str = ""
    action: str = ""
    status: str = "running"
    attempts: int = 0
    input: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    output: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    error: str = ""
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class FollowedRecord(WorkspaceRow, table=True):
    """A record that a run heard of from an event it waited for, and whose dates its open timers read."""

    __tablename__ = "followed_records"
    __table_args__ = (UniqueConstraint("run_id", "output_path"),)

    run_id: str = Field(foreign_key="automation_runs.id", index=True)
    output_path: str
    """Where the run's state keeps what it heard."""
    event_id: str
    """The event it heard."""
    subject_id: str = Field(index=True)
    """The record that event was about."""


class EventSubscription(WorkspaceRow, table=True):
    """A run that waits for an event; matched in the event's transaction."""

    __tablename__ = "event_subscriptions"
    __table_args__ = (UniqueConstraint("run_id", "wait_id"),)

    run_id: str = Field(foreign_key="automation_runs.id", index=True)
    wait_id: str
    event_type: str = Field(index=True)
    engagement_id: str | None = Field(default=None, index=True)
    match: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """An expression over `event` and `trigger`; empty matches any."""
