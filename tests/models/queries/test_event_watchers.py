"""Who looks out for an event: those of its own studio, and nobody else."""

from typing import Any

from sqlmodel import Session, select

from models import clock
from models.db import append, enter
from models.ids import new_id
from models.queries.automation_runs import list_runs_about
from models.queries.event_watchers import Watchers, find_watchers
from models.tables.automations import AutomationRun, EventSubscription, FollowedRecord
from models.tables.events import Event
from models.tables.waits import Wait
from models.types.scope import Scope
from tests.builders.runs import make_automation, post
from tests.builders.workspaces import Studio, make_studio

TYPE, SUBJECT = "booking.rescheduled", "bkg_1"


def watch(session: Session) -> None:
    """Everything there is that may be concerned, in the studio at hand."""
    automation = make_automation(session, post(), type=TYPE)
    about: dict[str, Any] = {"event_id": "evt_0", "dedupe_key": "evt_0", "subject_kind": "booking", "subject_id": SUBJECT}
    run = AutomationRun(id=new_id("run"), automation_id=automation.id, automation_version=1, plan_hash="", **about)
    session.add(run)
    session.flush()
    session.add(EventSubscription(id=new_id("sub"), run_id=run.id, wait_id="w", event_type=TYPE))
    wait: dict[str, Any] = {"workflow_id": "booking/bkg_1", "key": "next", "what": "Ada", "whom": "client", "since": clock.now()}
    session.add(Wait(id=new_id("wai"), subject_kind="booking", subject_id=SUBJECT, **wait))
    session.flush()


def moved(workspace_id: str) -> Event:
    return Event(id=new_id("evt"), workspace_id=workspace_id, type=TYPE, subject_kind="booking", subject_id=SUBJECT)


def test_each_is_found_in_its_own_studio_only(session: Session, studio: Studio):
    mine = session.info["scope"]
    enter(session, Scope(None))
    other = make_studio(session, slug="other", name="Other")
    enter(session, other.scope)
    watch(session)

    assert find_watchers(session, moved(other.workspace_id)) == Watchers(True, True, True, True)
    enter(session, mine)
    assert find_watchers(session, moved(studio.workspace_id)) == Watchers(False, False, False, False)


def test_a_record_that_a_run_heard_of_is_watched_and_its_run_found(session: Session, studio: Studio):
    automation = make_automation(session, post(), type="proposal.sent")
    about: dict[str, Any] = {"event_id": "evt_0", "dedupe_key": "evt_0", "subject_kind": "proposal", "subject_id": "prp_1"}
    run = AutomationRun(id=new_id("run"), automation_id=automation.id, automation_version=1, plan_hash="", **about)
    session.add(run)
    session.flush()
    session.add(FollowedRecord(id=new_id("fol"), run_id=run.id, output_path="hear", event_id="evt_1", subject_id=SUBJECT))
    session.flush()

    event = moved(studio.workspace_id)
    assert find_watchers(session, event) == Watchers(False, False, False, True)
    assert list_runs_about(session, event) == [run]
    run.finished_at = clock.now()
    session.flush()
    assert list_runs_about(session, event) == []


def test_what_is_over_looks_out_for_nothing(session: Session, studio: Studio):
    watch(session)
    for run in session.exec(select(AutomationRun)):
        run.finished_at = clock.now()
    for wait in session.exec(select(Wait)):
        wait.closed_at = clock.now()
    session.flush()

    assert find_watchers(session, moved(studio.workspace_id)) == Watchers(False, True, True, False)


def test_what_is_appended_takes_the_workspace_and_is_found_at_once(session: Session, studio: Studio):
    event = moved("")
    append(session, event)

    assert event.workspace_id == studio.workspace_id
    assert session.get_one(Event, event.id).payload == {}
