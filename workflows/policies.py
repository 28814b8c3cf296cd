"""Named timeouts and retry policies. Attempts are always bounded: what still fails becomes a repair wait."""

from datetime import timedelta
from typing import TypedDict

from temporalio.common import RetryPolicy

from models.types.workflow_ids import ENGINE_QUEUE, INTEGRATIONS_QUEUE

A_WORKER_IS_GONE_AFTER = timedelta(seconds=6)
"""Without a heartbeat: then its activities go to another worker, or to its next life."""


class ActivityPolicy(TypedDict):
    """How an activity is called; spread into `execute_activity`."""

    task_queue: str
    start_to_close_timeout: timedelta
    heartbeat_timeout: timedelta
    retry_policy: RetryPolicy


class LocalPolicy(TypedDict):
    """How a local activity is called; spread into `execute_local_activity`."""

    start_to_close_timeout: timedelta
    retry_policy: RetryPolicy


AT_ONCE = LocalPolicy(
    # Within one workflow task, which the server gives ten seconds: who fails here goes the long way, by OUR_API.
    start_to_close_timeout=timedelta(seconds=8),
    retry_policy=RetryPolicy(maximum_attempts=1),
)
OUR_API = ActivityPolicy(
    task_queue=ENGINE_QUEUE,
    start_to_close_timeout=timedelta(seconds=45),
    heartbeat_timeout=A_WORKER_IS_GONE_AFTER,
    # Some eight hours while the API is away (it sets its own pauses), days while it answers with errors; then the repair tray.
    retry_policy=RetryPolicy(
        initial_interval=timedelta(milliseconds=500),
        backoff_coefficient=2,
        maximum_interval=timedelta(minutes=5),
        maximum_attempts=1000,
    ),
)
OUTSIDE = ActivityPolicy(
    task_queue=INTEGRATIONS_QUEUE,
    start_to_close_timeout=timedelta(seconds=120),
    heartbeat_timeout=A_WORKER_IS_GONE_AFTER,
    # The same while our API is away; about a week while a provider or a PDF refuses.
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=1),
        backoff_coefficient=2,
        maximum_interval=timedelta(minutes=10),
        maximum_attempts=1000,
    ),
)
UNTIL_ANSWERED = ActivityPolicy(
    task_queue=ENGINE_QUEUE,
    start_to_close_timeout=timedelta(seconds=45),
    heartbeat_timeout=A_WORKER_IS_GONE_AFTER,
    # Only to show that something needs repair: there is nobody else to tell. Ten years of attempts are bounded too.
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=1),
        backoff_coefficient=2,
        maximum_interval=timedelta(minutes=5),
        maximum_attempts=1_000_000,
    ),
)
HISTORY_BUDGET = 2000
"""Events after which a workflow rolls over: half of what the server suggests."""
SEEN_EVENTS = 500
"""How many event ids a workflow remembers, to drop repeats."""
