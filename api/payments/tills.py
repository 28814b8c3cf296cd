"""Short transactions around slow calls: no lock is held while a provider is spoken to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlmodel import Session

from api.deps import Call
from models.settings import Settings
from models.types.errors import Unavailable

NO_ANSWER = "The payment provider does not answer at the moment. Nothing is lost; please try again in a minute."


def _stay() -> None:
    """Whoever calls is let in by the door itself."""


@dataclass(frozen=True)
class Till:
    """A `Slow` call at which money is handled. enter: lets the caller in, in every transaction, where the door does not."""

    call: Call
    enter: Callable[[], object] = _stay

    @property
    def settings(self) -> Settings:
        return self.call.settings

    @contextmanager
    def open(self, *, writes: bool) -> Iterator[Session]:
        """One transaction; never held while somebody outside is spoken to."""
        with self.call.open(writes=writes):
            self.enter()
            yield self.call.session


class ProviderSilent(Unavailable):
    """No clear answer came. What was asked for may have happened; the same request is safe to repeat."""

    def __init__(self) -> None:
        super().__init__(NO_ANSWER)
