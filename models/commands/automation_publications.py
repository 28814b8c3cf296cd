"""Publishing a version while runs are live: the version and what is to become of each run, in one transaction.

A marked run is moved by the API right after, one transaction each; the mark outlives a crash in between, and the run's own
next turn heeds it (`api/automation_moves.py`).
"""

from datetime import datetime

from sqlmodel import Session

from models.commands.automations import publish_automation, put_in_force, switch_off_automation
from models.commands.events import record
from models.db import workspace_id_of
from models.ids import new_id
from models.queries.automation_moves import list_live_runs
from models.queries.automation_runs import lock_run
from models.queries.automations import get_version, latest_number
from models.rules.automation_moves import choice_for
from models.rules.automation_plan.records import from_json
from models.tables.automation_moves import AutomationMove, RunMove
from models.tables.automations import Automation, AutomationRun, AutomationVersion
from models.types.automation_changes import MoveChoice, MoveStatus
from models.types.automation_publications import PublicationWish, Published
from models.types.automations import Catalogue, Problem
from models.types.errors import Conflict, Invalid, Refused

_CHOICES = frozenset(MoveChoice)


def publish_over_live_runs(
    session: Session, automation: Automation, wish: PublicationWish, *, catalogue: Catalogue, author: str, now: datetime
) -> Published | list[Problem]:
    """Publish the drawing and mark the live runs of other versions as chosen; or what keeps it from being published.

    A drawing that does the same as the version in force makes no version; runs of older ones may still be moved to it.
    Raises Conflict when somebody else changed or published the automation, Invalid for a choice or mapping that cannot be.
    """
    if wish.version is not None and wish.version != automation.version:
        raise Conflict("Somebody else changed or published this automation at the same moment. Reload and look again.")
    before, newest = automation.published_version, latest_number(session, automation.id)
    made = publish_automation(session, automation, catalogue=catalogue, author=author, note=wish.note, now=now)
    if isinstance(made, list):
        return made
    _check(session, automation, wish, made)
    move = AutomationMove(
        id=new_id("amov"),
        workspace_id=workspace_id_of(session),
        automation_id=automation.id,
        from_version=before,
        to_version=made.number,
        author=author,
        choices=dict(wish.choices),
        mapping=dict(wish.mapping),
        created_at=now,
    )
    is_new, marks = made.number > newest, _marks(session, move, made)
    if not (is_new or marks):
        return Published(made.number, False, None)
    session.add(move)
    session.flush()
    session.add_all(marks)
    session.flush()
    return Published(made.number, is_new, move.id)


def _check(session: Session, automation: Automation, wish: PublicationWish, made: AutomationVersion) -> None:
    if not set(wish.choices.values()) <= _CHOICES:
        raise Invalid("Choose finish, next_wait, now or stop for each group of runs.", field="choices")
    known = {str(node.get("id")) for node in made.drawing.get("nodes", [])}
    strange = sorted(set(wish.mapping.values()) - known)
    if strange:
        raise Invalid(f"The drawing has no step “{strange[0][:60]}” to take a removed one's place.", field="mapping")


def _marks(session: Session, move: AutomationMove, made: AutomationVersion) -> list[RunMove]:
    """The marks of the live runs that do not do the same already, and are to do something else than finish."""
    older = [run.id for run in list_live_runs(session, move.automation_id) if run.plan_hash != made.plan_hash]
    return [mark for run_id in older if (mark := _mark_run(session, lock_run(session, run_id), move))]


def _mark_run(session: Session, run: AutomationRun, move: AutomationMove) -> RunMove | None:
    """The mark of what is to become of a run; None when it finishes on its version. The newest publication decides."""
    if run.finished_at is not None:
        return None
    supersede_move(session, run)
    choice = choice_for(move.choices, run.automation_version, from_json(run.state) if run.state else None)
    if choice == MoveChoice.FINISH:
        return None
    mark = RunMove(
        id=new_id("rmov"),
        workspace_id=run.workspace_id,
        move_id=move.id,
        run_id=run.id,
        choice=choice,
        from_version=run.automation_version,
        to_version=move.to_version,
        created_at=move.created_at,
    )
    run.move_id = mark.id
    session.add(run)
    if run.state and choice != MoveChoice.NEXT_WAIT:
        record(session, "automation_run.woken", run.id, engagement_id=run.engagement_id, wait_id="", happened="")
    return mark


def supersede_move(session: Session, run: AutomationRun) -> None:
    """Take back a mark that a run has not followed yet."""
    earlier = session.get(RunMove, run.move_id) if run.move_id else None
    run.move_id = ""
    session.add(run)
    if earlier is not None and earlier.status == MoveStatus.PENDING:
        earlier.status, earlier.reason = MoveStatus.STAYED.value, "It was decided anew when the automation was published again."
        session.add(earlier)


def restore_drawing(session: Session, automation: Automation, number: int) -> None:
    """Make the draft the drawing of an earlier version; to roll back, publish it then. Raises NotFound."""
    automation.drawing = get_version(session, automation.id, number).drawing
    session.add(automation)
    session.flush()
    record(session, "automation.changed", automation.id)


def put_back_in_force(session: Session, automation: Automation, move: AutomationMove, *, now: datetime) -> None:
    """Let events start the version again that was in force before a move; without one the automation is switched off.

    Raises Refused when another version is in force by now.
    """
    if automation.published_version != move.to_version:
        raise Refused("Another version has been published since; restore the one you want and publish it.")
    if not move.from_version:
        switch_off_automation(session, automation, now=now)
    elif move.from_version != move.to_version:
        put_in_force(session, automation, get_version(session, automation.id, move.from_version))
