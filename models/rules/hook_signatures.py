"""Proof that a call of another system is genuine and fresh: an HMAC over its time and its raw body."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from models.types.hooks import HookFault

TOLERANCE = timedelta(minutes=5)
"""How far the time of a signature may be from ours, either way."""
_MOST_PARTS = 12


def sign(secret: str, raw: bytes, *, at: datetime) -> str:
    """The signature header of a body: `t={seconds since 1970},v1={HMAC-SHA-256 of "{t}.{body}", hexadecimal}`."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_mac(secret, str(seconds), raw)}"


def signature_fault(header: str, raw: bytes, secret: str, *, now: datetime) -> HookFault | None:
    """What is wrong with a signature header; None when it fits the body and is fresh.

    Several `v1` may be given, as while a secret is being changed; one has to fit.
    """
    parts = [part.strip().partition("=") for part in header.split(",")[:_MOST_PARTS]]
    stated = next((value for name, _, value in parts if name == "t"), "")
    given = [value for name, _, value in parts if name == "v1"]
    if not stated or not given:
        return HookFault.UNSIGNED
    expected = _mac(secret, stated, raw)
    if not any(hmac.compare_digest(expected.encode(), value.encode()) for value in given):
        return HookFault.FORGED
    if not (stated.isascii() and stated.isdigit() and len(stated) < 12):
        return HookFault.STALE
    age = now - datetime.fromtimestamp(int(stated), UTC)
    return HookFault.STALE if abs(age) > TOLERANCE else None


def secret_fault(given: str, secret: str) -> HookFault | None:
    """What is wrong with a secret that came in a header; None when it is the right one."""
    if not given:
        return HookFault.UNSIGNED
    return None if hmac.compare_digest(given.encode(), secret.encode()) else HookFault.FORGED


def _mac(secret: str, stated: str, raw: bytes) -> str:
    return hmac.new(secret.encode(), f"{stated}.".encode() + raw, hashlib.sha256).hexdigest()
