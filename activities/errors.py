"""From the API's answers to Temporal's failures, once: what a retry can mend is retryable, nothing else is."""

from datetime import timedelta

import httpx
from temporalio import activity
from temporalio.exceptions import ApplicationError

_LONGEST_PAUSE_SECONDS = 30
_STILL_UNDER_WAY_PAUSE = timedelta(seconds=2)
"""Until the first attempt of a keyed write is asked about again: it ends soon, or its claim does."""
_WORTH_A_RETRY = frozenset({408, 425, 429, 500, 502, 503, 504})


def raise_for(response: httpx.Response) -> None:
    """Raise ApplicationError for any answer but success. Its type is the problem's name, its message the detail."""
    if response.is_success:
        return
    problem = _problem(response)
    kind = str(problem.get("type", "")).rpartition("#")[2] or f"HTTP_{response.status_code}"
    raise ApplicationError(
        str(problem.get("detail") or response.text[:500]),
        type=kind,
        non_retryable=response.status_code not in _WORTH_A_RETRY,
        next_retry_delay=_STILL_UNDER_WAY_PAUSE if response.status_code == 425 else None,
    )


def unreachable(error: httpx.HTTPError) -> ApplicationError:
    """The API did not answer: worth a retry, always, and soon: it is our own and comes back within seconds."""
    attempt = activity.info().attempt if activity.in_activity() else 1
    pause = timedelta(seconds=min(attempt, _LONGEST_PAUSE_SECONDS))
    return ApplicationError(f"The API cannot be reached: {error!r}", type="Unreachable", next_retry_delay=pause)


def _problem(response: httpx.Response) -> dict[str, object]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
