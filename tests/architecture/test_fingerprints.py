"""A workflow's commands change only on purpose, and gated."""

import json
from pathlib import Path

from tests.architecture.fingerprints import fingerprint
from workflows.worker import WORKFLOWS

RECORDED = Path(__file__).parents[1] / "workflows" / "fingerprints.json"


def current() -> dict[str, list[str]]:
    return {one.__name__: fingerprint(one) for one in WORKFLOWS}


def test_the_commands_of_every_workflow_are_those_recorded():
    """When this fails: running workflows replay their history against the new code. Put the change behind
    `workflow.patched("name")`, see that tests/workflows/test_replay.py passes, then write the new record with
    `python -m tests.architecture.test_fingerprints`.
    """
    assert current() == json.loads(RECORDED.read_text())


if __name__ == "__main__":
    RECORDED.write_text(json.dumps(current(), indent=2) + "\n")
