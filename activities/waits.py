"""Registering and closing the waits of a workflow."""

from dataclasses import asdict

from temporalio import activity

from activities.client import api
from models.types.waits import CloseWaitInput, WaitInput


@activity.defn(name="waits.register")
async def register_wait(wait: WaitInput) -> None:
    """Show what a workflow waits for. The same workflow and key again changes the open wait."""
    key = f"{activity.info().workflow_run_id}:{activity.info().activity_id}:wait"
    await api().post("/waits", workspace_id=wait.workspace_id, key=key, body=asdict(wait))


@activity.defn(name="waits.close")
async def close_waits(wait: CloseWaitInput) -> None:
    """End a wait of a workflow, or all of them. Closing a closed wait changes nothing."""
    key = f"{activity.info().workflow_run_id}:{activity.info().activity_id}:close"
    await api().post("/waits/closures", workspace_id=wait.workspace_id, key=key, body=asdict(wait))
