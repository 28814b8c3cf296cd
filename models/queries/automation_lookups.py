"""What a drawing may refer to, asked one id at a time: a workspace may have a hundred thousand contacts."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from models.queries.automation_tables import ARCHIVED, MIXED, TABLES
from models.queries.members import list_members
from models.tables.automations import Automation
from models.types.automation_dates import DATE_FIELDS
from models.types.automation_nouns import NOUNS
from models.types.automations import TriggerKind
from models.types.engagements import EngagementStatus


@dataclass(frozen=True, slots=True)
class LiveRows:
    """The ids of the rows of some lists that are there and not put away."""

    session: Session
    lists: tuple[str, ...]

    def __contains__(self, row_id: object) -> bool:
        rows = (self.session.get(TABLES[name], row_id) for name in self.lists)
        return any(row is not None and getattr(row, "archived_at", None) is None for row in rows)


@dataclass(frozen=True, slots=True)
class KnownRows:
    """The ids of all rows of a list, put away or not: what is to be brought back is there in either way."""

    session: Session
    listed: str

    def __contains__(self, row_id: object) -> bool:
        return self.session.get(TABLES[self.listed], row_id) is not None


@dataclass(frozen=True, slots=True)
class CallableAutomations:
    """The ids of the published automations that others may run."""

    session: Session

    def __contains__(self, automation_id: object) -> bool:
        automation = self.session.get(Automation, automation_id)
        return automation is not None and (automation.status, automation.trigger_kind) == ("published", TriggerKind.CALLED)


@dataclass(frozen=True, slots=True)
class RolesHeld:
    """The roles that somebody of the team has who is there now."""

    session: Session

    def __contains__(self, role: object) -> bool:
        return any(member.role == role for member in list_members(self.session))


def drawing_lookups(session: Session) -> dict[str, Any]:
    """What exists now that a drawing may refer to, as containers of ids: the compiler tells when it is gone."""
    return {
        **{name: LiveRows(session, (name,)) for name in TABLES},
        **{name: LiveRows(session, lists) for name, lists in MIXED.items()},
        **{name: KnownRows(session, listed) for name, listed in ARCHIVED.items()},
        "callable_automations": CallableAutomations(session),
        "connections": frozenset[str](),
        "date_fields": DATE_FIELDS,
        "engagement_statuses": frozenset(map(str, EngagementStatus)),
        "nouns": NOUNS,
        "roles": RolesHeld(session),
    }
