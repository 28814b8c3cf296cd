"""How often one network address may do what costs us something. In memory: each process counts for itself."""

from fastapi import Request
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

SIGN_IN_ACCOUNT = RateLimitItemPerMinute(8, 10, namespace="sign-in-account")
"""Tries for one account from one address."""
SIGN_IN_EVERYWHERE = RateLimitItemPerHour(60, namespace="sign-in-everywhere")
"""Tries for one account from all addresses together."""
SIGN_IN_ADDRESS = RateLimitItemPerMinute(60, 10, namespace="sign-in-address")
"""Tries from one address for any account."""
MAIL_TO_RECIPIENT = RateLimitItemPerMinute(3, 15, namespace="mail-to-recipient")
"""Mails that strangers can make us send to one address."""
HOOK_CALLS = RateLimitItemPerMinute(12_000, namespace="hook-calls")
"""Calls of one automation's hook: far more than one machine carries out, so that only a runaway caller meets it."""
HOOK_REFUSALS = RateLimitItemPerMinute(60, namespace="hook-refusals")
"""Calls of one hook from one address that did not prove to be genuine."""


class Throttle:
    """Counts by address."""

    def __init__(self) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def allows(self, limit: RateLimitItem, *who: str, once: str = "") -> bool:
        """Whether this may happen once more. once: repeats of the same thing, by this name, count as one."""
        if once and not self._limiter.hit(RateLimitItemPerMinute(1), "once", *who, once):
            return True
        return bool(self._limiter.hit(limit, *who))

    def is_spent(self, limit: RateLimitItem, *who: str) -> bool:
        """Whether nothing is left, without counting this look."""
        return not self._limiter.test(limit, *who)

    def forgive(self, limit: RateLimitItem, *who: str) -> None:
        """Forget the tries: this one succeeded."""
        self._limiter.clear(limit, *who)


def throttle(request: Request) -> Throttle:
    """The process's own, made at first use."""
    state = request.app.state
    if not hasattr(state, "throttle"):
        state.throttle = Throttle()
    return state.throttle  # type: ignore[no-any-return]  # the app's state is untyped
