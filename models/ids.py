"""Prefixed, time-ordered ids and secret tokens. The only place that makes either."""

import base64
import hashlib
import hmac
import secrets

import uuid_utils

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base 32: no i, l, o, u


def new_id(prefix: str) -> str:
    """A fresh id such as `inv_01k7…`: sorts by time of making, readable in logs and in Temporal's UI."""
    number = uuid_utils.uuid7().int
    digits = [_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5)]
    return f"{prefix}_{''.join(digits)}"


def new_token() -> str:
    """An unguessable capability: 192 random bits, URL safe."""
    return secrets.token_urlsafe(24)


def digest(token: str) -> str:
    """What is stored instead of a token: SHA-256, hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def derived_token(secret: str, link_id: str) -> str:
    """The token of a link, derived from its id: it can be mailed again although only its digest is stored."""
    mac = hmac.new(secret.encode(), link_id.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac[:24]).decode()
