"""Who may draw, publish and read what: an automation is no way around the rights of the person behind it."""

from collections.abc import Iterable, Mapping
from typing import Any

from api.actions import catalogue
from api.deps import Call
from models.rules.automation_rights import scopes_needed, sight_scopes, trigger_scope
from models.tables.automations import AutomationRun, StepRun
from models.types.errors import Forbidden


def require_author(call: Call) -> None:
    """Let pass only who may change automations, though the request itself changes nothing. Raises Forbidden."""
    if not call.principal.may("automations", "write"):
        raise Forbidden("This needs the scope automations:write.")


def require_reach(call: Call, nodes: Iterable[Any]) -> None:
    """Let pass only who may do by hand all that these nodes of a drawing do and read. Raises Forbidden, naming what lacks."""
    drawn = [node for node in nodes if isinstance(node, Mapping)]
    _require(call, scopes_needed(drawn, catalogue.schemas()), "This automation does or reads what you may not")


def require_trigger(call: Call, kind: str, name: str) -> None:
    """Let pass only who may read the records of a trigger. name: of the event, the date or the noun. Raises Forbidden."""
    scope = trigger_scope(kind, name)
    _require(call, [scope] if scope else [], "These records are not for you")


def require_sight(call: Call, run: AutomationRun, steps: Iterable[StepRun]) -> None:
    """Let pass only who may read the record that a run is about, and what its actions tell. Raises Forbidden."""
    wanted = sight_scopes(run.subject_kind, [step.action for step in steps if step.action], catalogue.schemas())
    _require(call, wanted, "This run tells of what you may not read")


def _require(call: Call, scopes: Iterable[str], says: str) -> None:
    lacking = [scope for scope in scopes if not call.principal.may(*scope.split(":"))]
    if lacking:
        raise Forbidden(f"{says}: it needs {', '.join(lacking)}.")
