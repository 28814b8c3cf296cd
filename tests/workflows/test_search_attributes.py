"""How ops find a workflow in Temporal's own UI: by studio, stage, kind and automation, labelled without personal data."""

import asyncio
from typing import Any

import pytest
from temporalio.client import Client, WorkflowExecution
from temporalio.testing import WorkflowEnvironment

from models.commands.events import record
from models.db import Database
from tests import cast
from tests.builders.automations import HEAD, drawing
from tests.builders.live_runs import delay
from tests.builders.runs import accept, make_automation, post, publish
from tests.builders.workspaces import Studio
from tests.workflows.live import end

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.usefixtures("program")
async def test_every_workflow_is_found_by_what_it_is_about(environment: WorkflowEnvironment, database: Database, studio: Studio):
    with environment.with_time_skipping_disabled():
        with database.write(studio.scope) as session:
            clock_id = make_automation(session, post(), kind="schedule", cron="0 9 * * *").id
            lead_id = publish(session, drawing(HEAD, delay(3)).document, name="Lead").id
            changed_id = make_automation(session, delay(3), type="contact.changed").id
            accept(session, studio)
            record(session, "contact.changed", studio.contact_id, contact_id=studio.contact_id)
        mine = f"WorkspaceId = '{studio.workspace_id}'"
        found = {
            kind: await _only(environment.client, f"{mine} AND {query}")
            for kind, query in {
                "engagement": "EntityType = 'engagement' AND Stage = 'lead'",
                "clock": f"EntityType = 'automation' AND AutomationId = '{clock_id}'",
                "child": f"EntityType = 'run' AND AutomationId = '{lead_id}'",
                "run": f"EntityType = 'run' AND AutomationId = '{changed_id}'",
            }.items()
        }
        memos = {kind: await one.memo() for kind, one in found.items()}
        for one in found.values():
            await end(environment, one.id)

    assert found["engagement"].id == f"engagement/{studio.engagement_id}"
    assert found["clock"].id == f"automation/{clock_id}"
    assert memos["engagement"] == {
        "label": f"Engagement {studio.engagement_id}",
        "workspace_id": studio.workspace_id,
        "engagement_id": studio.engagement_id,
    }
    assert memos["child"]["automation_id"] == lead_id
    assert memos["run"]["automation_id"] == changed_id
    assert memos["clock"]["automation_id"] == clock_id
    said = str(memos)
    assert not any(part in said for part in (*cast.ADA, *cast.ADA[0].split()))


async def _only(client: Client, query: str) -> WorkflowExecution:
    """The one workflow that a query finds; the server needs a moment to know of it."""
    found: list[Any] = []
    for _ in range(400):
        found = [one async for one in client.list_workflows(query)]
        if found:
            break
        await asyncio.sleep(0.05)
    assert len(found) == 1, query
    return found[0]
