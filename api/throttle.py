"""How often one network address may do what costs us something. In memory: each process counts for itself."""

from fastapi import Request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter


class Throttle:
    """Counts by address."""

    def __init__(self) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def allows(self, limit: RateLimitItem, *who: str, once: str = "") -> bool:
        """Whether this may happen once more. once: repeats of the same thing, by this name, count as one."""
        if once and not self._limiter.hit(RateLimitItemPerMinute(1), "once", *who, once):
            return True
        return bool(self._limiter.hit(limit, *who))


def throttle(request: Request) -> Throttle:
    """The process's own, made at first use."""
    state = request.app.state
    if not hasattr(state, "throttle"):
        state.throttle = Throttle()
    return state.throttle  # type: ignore[no-any-return]  # the app's state is untyped
