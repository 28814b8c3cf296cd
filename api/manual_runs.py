"""Starting automations by hand: look first, then confirm exactly what was seen."""

from dataclasses import dataclass

from api.deps import Call
from models.commands.manual_runs import start_batch
from models.queries.automations import find_published_version, get_automation
from models.queries.manual_runs import list_batch, list_candidates
from models.tables.automations import Automation, AutomationVersion
from models.types.errors import Conflict, Refused
from models.types.manual_runs import ManualCandidate, ManualSelection

PORTION = 50
"""Runs begun in one transaction: nobody else waits long for the writer."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What became of a batch."""

    run_ids: list[str]
    begun: int
    """Runs that began just now; the others had begun by an earlier call with the same batch."""


def preview(call: Call, automation_id: str, wanted: ManualSelection) -> list[ManualCandidate]:
    """The records that a selection means, and whether a run would start for each. Starts nothing."""
    _, version = _published(call, automation_id)
    return list_candidates(call.session, version, wanted, at=call.now)


def confirm(call: Call, automation_id: str, batch_id: str, wanted: ManualSelection, expected: int) -> Confirmed:
    """Start the runs of a batch in portions, each in its own transaction. The same batch again starts what is missing.

    expected: for how many records a run was to start by the preview. Raises Conflict when there are more or fewer by now.
    """
    with call.open(writes=False):
        _, version = _published(call, automation_id)
        ids = [one.id for one in list_candidates(call.session, version, wanted, at=call.now) if not one.reason]
        is_known = bool(list_batch(call.session, automation_id, batch_id))
    if len(ids) != expected and not is_known:
        raise Conflict(f"It is {len(ids)} records by now, not {expected}. Look again before you start them.")
    begun = 0
    for first in range(0, len(ids), PORTION):
        with call.open(writes=True):
            automation, version = _published(call, automation_id)
            begun += start_batch(call.session, automation, version, batch_id, ids[first : first + PORTION], now=call.now)
    with call.open(writes=False):
        return Confirmed([run.id for run in list_batch(call.session, automation_id, batch_id)], begun)


def _published(call: Call, automation_id: str) -> tuple[Automation, AutomationVersion]:
    automation = get_automation(call.session, automation_id)
    version = find_published_version(call.session, automation)
    if version is None:
        raise Refused("Publish the automation first: runs follow what is published.")
    return automation, version
