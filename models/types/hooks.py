"""Calls of other systems: how they prove themselves, and what became of them."""

from enum import StrEnum


class HookProof(StrEnum):
    """How a caller proves to be genuine."""

    SIGNATURE = "signature"
    """An HMAC over the time and the raw body: also tells what is old or sent twice."""
    SECRET = "secret"  # noqa: S105 - a kind of proof, no secret
    """The secret itself in a header, for systems that cannot sign."""


class HookFault(StrEnum):
    """What is wrong with a call."""

    UNSIGNED = "unsigned"
    FORGED = "forged"
    STALE = "stale"


class HookOutcome(StrEnum):
    """What became of a genuine call."""

    STARTED = "started"
    QUEUED = "queued"
    """A run was made and begins when the quota or the other run about the same record lets it."""
    DUPLICATE = "duplicate"
    """The same call came before; its run is named."""
    FILTERED = "filtered"
    """The automation's filter did not want it."""
    SKIPPED = "skipped"
    """Another run about the same record is under way, and the automation skips what comes meanwhile."""
    CAPTURED = "captured"
    """Taken as a sample; nothing was started."""
