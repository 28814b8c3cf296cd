"""On whose behalf a transaction runs, and why."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an automated write happens: travels from the triggering event to every effect."""

    event_id: str | None = None
    run_id: str | None = None
    automation_ids: tuple[str, ...] = ()
    """The automations in the chain, outermost first."""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """What a database session may see and who acts in it.

    workspace_id None is the system itself: log-in, the relay, resolving a public link. Nothing else uses it.
    """

    workspace_id: str | None
    actor: str = "system"
    """`member:mem_…`, `contact:con_…`, `token:tok_…`, `worker` or `system`."""
    cause: Cause = field(default_factory=Cause)
