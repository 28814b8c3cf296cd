"""Hashing passwords with argon2id. Takes tens of milliseconds on purpose: never call it with a transaction open."""

from functools import lru_cache

from argon2 import PasswordHasher, profiles
from argon2.exceptions import InvalidHashError, VerificationError


def hash_password(password: str, *, cheap: bool = False) -> str:
    """The hash to store. cheap: for tests only."""
    return _hasher(cheap).hash(password)


def is_password(password_hash: str, password: str, *, cheap: bool = False) -> bool:
    """Whether a password belongs to a hash. An empty hash costs the same time and is never right."""
    try:
        return _hasher(cheap).verify(password_hash or _nobodys(cheap), password) and bool(password_hash)
    except (VerificationError, InvalidHashError):
        return False


@lru_cache
def _hasher(cheap: bool) -> PasswordHasher:
    # OWASP's parameters: 31 to 43 ms here; the library's own default takes up to a second on two cores.
    return (
        PasswordHasher.from_parameters(profiles.CHEAPEST)
        if cheap
        else PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
    )


@lru_cache
def _nobodys(cheap: bool) -> str:
    return _hasher(cheap).hash("nobody has this password")
