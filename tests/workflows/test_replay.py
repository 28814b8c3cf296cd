"""Recorded histories of every release replay on the code of today: a change that would wedge running workflows fails here."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from workflows.connection import DATA_CONVERTER
from workflows.sandbox import runner
from workflows.worker import WORKFLOWS

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json"))


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_recorded_history_replays(path: Path):
    replayer = Replayer(workflows=WORKFLOWS, workflow_runner=runner(), data_converter=DATA_CONVERTER)
    history = _recorded(path)

    result = await replayer.replay_workflow(history, raise_on_replay_failure=False)

    assert result.replay_failure is None


def _recorded(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(f"recorded/{path.stem}", path.read_text())


def test_every_workflow_has_a_recorded_history():
    """Beside those of a whole journey there are some of what a journey lacks: `Workflow-what.json`."""
    assert {path.stem.partition("-")[0] for path in HISTORIES} == {one.__name__ for one in WORKFLOWS}
