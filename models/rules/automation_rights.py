"""Which rights an automation stands on: it shows and does nothing that whoever publishes it may not see and do."""

from collections.abc import Iterable, Iterator, Mapping

from models.types.automation_dates import DATE_FIELDS
from models.types.automations import Catalogue, Json, NodeKind, TriggerKind
from models.types.events import CATALOGUE

_NOUNS = {"message": "conversations", "portal": "contacts"}
"""Subjects of events that are read as another noun. All others are their own plural."""


def reading_scope(subject: str) -> str:
    """The scope that reading records of a kind needs: `invoice` needs `invoices:read`."""
    if subject in _NOUNS:
        return f"{_NOUNS[subject]}:read"
    return f"{subject[:-1]}ies:read" if subject.endswith("y") else f"{subject}s:read"


def scopes_needed(nodes: Iterable[Mapping[str, Json]], catalogue: Catalogue) -> list[str]:
    """The scopes that these nodes of a drawing stand on, each once, in order. Nodes that make no sense need none."""
    return sorted({scope for node in nodes for scope in _scopes(node, catalogue)})


def trigger_scope(kind: str, name: str) -> str | None:
    """The scope that the records of a kind of trigger need; None when it brings none along.

    name: of the event, the date or the noun.
    """
    if kind == TriggerKind.EVENT and name in CATALOGUE:
        return reading_scope(CATALOGUE[name].subject)
    if kind == TriggerKind.DATE and name in DATE_FIELDS:
        return reading_scope(DATE_FIELDS[name].noun)
    return reading_scope(name) if kind == TriggerKind.MANUAL and name else None


def sight_scopes(subject: str, actions: Iterable[str], catalogue: Catalogue) -> list[str]:
    """The scopes that reading a run needs: of the record it is about, and of what its actions tell."""
    told = {scope for name in actions for scope in catalogue.get(name, {}).get("needs", ())}
    found = {scope.replace(":write", ":read") for scope in told} | ({reading_scope(subject)} if subject else set())
    return sorted(found)


def _scopes(node: Mapping[str, Json], catalogue: Catalogue) -> Iterator[str]:
    settings = node.get("settings")
    if not isinstance(settings, dict):
        return
    kind = node.get("kind")
    if kind == NodeKind.ACTION:
        yield from catalogue.get(str(settings.get("action")), {}).get("needs", ())
    name = str(settings.get("type") or settings.get("noun") or "")
    wanted = trigger_scope(str(settings.get("kind")), name) if kind == NodeKind.TRIGGER else None
    if kind == NodeKind.WAIT_FOR_EVENT:
        wanted = trigger_scope(TriggerKind.EVENT, str(settings.get("event")))
    if wanted:
        yield wanted
