"""Who is calling."""

from dataclasses import dataclass
from enum import StrEnum


class Door(StrEnum):
    """Where a caller came in; each has its own credential."""

    REST = "rest"
    MEMBER = "member"
    PORTAL = "portal"
    PUBLIC = "public"


class PrincipalKind(StrEnum):
    """What kind of caller it is."""

    MEMBER = "member"
    CONTACT = "contact"
    TOKEN = "token"  # noqa: S105 - a word, not a secret
    WORKER = "worker"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Principal:
    """A known caller, or nobody. scopes: `noun:read`, `noun:write` or `*`."""

    kind: PrincipalKind = PrincipalKind.NOBODY
    id: str = ""
    workspace_id: str | None = None
    name: str = ""
    role: str = ""
    scopes: frozenset[str] = frozenset()
    login_id: str = ""

    @property
    def actor(self) -> str:
        """How events and rows name the caller."""
        if self.kind in (PrincipalKind.WORKER, PrincipalKind.NOBODY):
            return "worker" if self.kind is PrincipalKind.WORKER else "public"
        return f"{self.kind}:{self.id}"

    def may(self, noun: str, verb: str) -> bool:
        """Whether the caller's scopes cover `verb` (`read` or `write`) on a noun."""
        return "*" in self.scopes or f"{noun}:{verb}" in self.scopes


class NotSignedIn(Exception):
    """The door is locked for this caller."""

    def __init__(self, door: Door) -> None:
        super().__init__(door)
        self.door = door
