"""Which workspace and workflow a line of the worker's log is about."""

from typing import Any

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from models import logging


class LogNames(Interceptor):
    """Names workspace and workflow on every line that is written while an activity runs, and when it fails."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Named(next)


class _Named(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        workspace_id = getattr(input.args[0], "workspace_id", None) if input.args else None
        logging.bind(workspace_id=workspace_id, workflow_id=activity.info().workflow_id)
        return await self.next.execute_activity(input)
