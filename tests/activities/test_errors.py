"""Which answers of the API are worth another attempt."""

import httpx
import pytest
from temporalio.exceptions import ApplicationError

from activities.errors import raise_for
from api.errors import status_of
from models.types.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Refused, StillUnderWay, Unavailable

FINAL = (NotFound, Invalid, Refused, Conflict, Forbidden)
PASSING = (StillUnderWay, Unavailable)


def failure_of(kind: type[DomainError]) -> ApplicationError:
    """What an activity fails with when the API answers with an error of this kind."""
    body = {"type": f"/help/errors#{kind.__name__}", "detail": "Said so."}
    with pytest.raises(ApplicationError) as raised:
        raise_for(httpx.Response(status_of(kind("")), json=body))
    return raised.value


@pytest.mark.parametrize("kind", [*FINAL, *PASSING])
def test_only_what_time_can_mend_is_tried_again(kind: type[DomainError]):
    failure = failure_of(kind)
    assert (failure.type, failure.message) == (kind.__name__, "Said so.")
    assert failure.non_retryable == (kind in FINAL)


def test_the_answer_to_a_write_under_way_is_asked_for_soon():
    """However often it was tried before: the usual pause grows to minutes, the first attempt ends within seconds."""
    pause = failure_of(StillUnderWay).next_retry_delay
    assert pause is not None
    assert pause.total_seconds() < 5
    assert failure_of(Unavailable).next_retry_delay is None


def test_success_is_no_failure():
    raise_for(httpx.Response(204))
