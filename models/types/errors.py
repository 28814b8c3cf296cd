"""What can go wrong in the domain, with no HTTP and no Temporal in it.

    DomainError
    ├── NotFound      nothing here by that id, or not yours to see
    ├── Invalid       the input cannot be right, whatever the state
    ├── Refused       the input is fine, but the state or the rules say no
    │   └── InUse     automations need it; the same request may work when the caller says that they are sure
    ├── Conflict      somebody else changed it first, or took it
    ├── Forbidden     you are known, and you may not
    ├── StillUnderWay the same keyed request came before and has no answer yet
    └── Unavailable   somebody we depend on does not answer; the same request may work later

Translated at two edges only: `api/errors.py` and `activities/errors.py`.
"""

from collections.abc import Mapping, Sequence
from typing import Any


class DomainError(Exception):
    """Base of the tree. `detail` is a sentence for people: what happened and what to do."""

    def __init__(self, detail: str, *, field: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field
        """The input field at fault, when there is one."""


class NotFound(DomainError):
    """There is nothing by that id in this workspace."""


class Invalid(DomainError):
    """The input cannot be right; sending it again unchanged cannot help."""


class Refused(DomainError):
    """The thing is in a state that does not allow this."""


class InUse(Refused):
    """Published automations need what is to be put away; nothing was changed."""

    def __init__(self, detail: str, *, field: str, used_by: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(detail, field=field)
        self.used_by = used_by
        """Who needs it, as JSON."""


class Conflict(DomainError):
    """Somebody else changed or took it first; look again and retry."""


class Forbidden(DomainError):
    """The caller is known and lacks the right."""


class StillUnderWay(DomainError):
    """The same keyed request is being answered by somebody else at this moment; sent again, it gets that answer."""


class Unavailable(DomainError):
    """A mail server, calendar or payment provider does not answer; the same request may work later."""

    def __init__(self, detail: str, *, field: str | None = None, retry_after_seconds: int | None = None) -> None:
        super().__init__(detail, field=field)
        self.retry_after_seconds = retry_after_seconds
        """When the other side says how long to wait."""
