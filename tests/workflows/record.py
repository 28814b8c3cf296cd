"""Records one history of every workflow class from a real journey: `python -m tests.workflows.record`.

Done for every release; the files are committed, and the replay test refuses code that cannot follow them.
"""

import asyncio
import os
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from temporalio.client import Client

from tests.journeys.story import walk
from tests.journeys.world import World
from tests.stack import running_stack
from workflows.connection import connect
from workflows.worker import WORKFLOWS

HISTORIES = Path(__file__).parent / "histories"


async def _record(client: Client, workflow_type: str) -> None:
    """Write the longest history there is of a workflow class."""
    longest = ""
    async for run in client.list_workflows(f"WorkflowType = '{workflow_type}'"):
        history = await client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history()
        longest = max(longest, history.to_json(), key=len)
    HISTORIES.mkdir(exist_ok=True)
    (HISTORIES / f"{workflow_type}.json").write_text(longest + "\n")
    sys.stdout.write(f"{workflow_type}: {len(longest) // 1024} KB\n")


async def _record_all(address: str, namespace: str) -> None:
    client = await connect(address, namespace)
    for workflow_class in WORKFLOWS:
        await _record(client, workflow_class.__name__)


def _set_a_clock(world: World) -> None:
    """Publish an automation that dates start, and wait until its clock has read those there are."""
    post = {"action": "inbox.post", "input": {"channel": {"value": "crm"}, "text": {"text": "Due."}}}
    drawing = {
        "nodes": [
            {"id": "trigger", "kind": "trigger", "settings": {"kind": "date", "type": "task.due_on", "time": "09:00"}},
            {"id": "post", "kind": "action", "settings": post},
        ],
        "edges": [{"id": "1", "source": "trigger", "port": "ok", "target": "post"}],
    }
    made = world.write("/automations", {"name": "Due", "drawing": drawing})
    world.write(f"/automations/{made['id']}/publication")
    world.until("the clock", lambda: world.read(f"/automations/{made['id']}/schedule")["index"] > 1)
    time.sleep(2)


def main() -> None:
    """Walk the journey on a stack of its own, then write what it left behind."""
    with tempfile.TemporaryDirectory() as folder, running_stack(Path(folder) / "home") as stack:
        with closing(World(stack.settings.port, "recorded")) as world:
            walk(world, print)
            _set_a_clock(world)
        asyncio.run(_record_all(stack.settings.temporal_address, stack.settings.temporal_namespace))


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # the SDK's threads can abort an interpreter that shuts down (sdk-python#300)
