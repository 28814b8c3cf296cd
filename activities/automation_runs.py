"""What a run's workflow asks for: each function is one call of the CRUD API."""

import hashlib
import json
from dataclasses import asdict
from typing import Any

from temporalio import activity

from activities.client import api
from models.types.automation_runs import AdvanceInput, EffectInput, RunEffect, RunPosition, RunTimer


@activity.defn(name="automation_runs.advance")
async def advance_run(asked: AdvanceInput) -> RunPosition:
    """Feed one happening to a run, which carries it as far as it goes without waiting; where it stands then.

    The same turn and happening give the first answer again. The key holds the happening too: a workflow task that is done
    over after a crash may reach the same turn with another one.
    """
    said = json.dumps(asked.happened, sort_keys=True).encode()
    answer = await api().post(
        f"/automation_runs/{asked.run_id}/advance",
        workspace_id=asked.workspace_id,
        key=f"automation_runs:{asked.run_id}:advance:{asked.turn}:{hashlib.sha256(said).hexdigest()[:16]}",
        body=asked.happened,
    )
    return _position(answer)


@activity.defn(name="automation_runs.effect")
async def perform_effect(asked: EffectInput) -> RunPosition:
    """Perform one slow action and carry the run on with what came of it; where it stands then.

    The action has a business key of its own, so a call that is repeated after a crash finds it done.
    """
    body = {name: value for name, value in asdict(asked).items() if name in ("node_path", "iteration", "attempt")}
    answer = await api().post(
        f"/automation_runs/{asked.run_id}/effects",
        workspace_id=asked.workspace_id,
        key=f"automation_runs:{asked.run_id}:effect:{asked.turn}",
        body=body,
    )
    return _position(answer)


def _position(answer: dict[str, Any]) -> RunPosition:
    timers = tuple(RunTimer(**timer) for timer in answer["timers"])
    effects = tuple(RunEffect(**effect) for effect in answer["effects"])
    return RunPosition(answer["status"], answer["is_over"], timers, effects)
