"""Automations and their runs, as far as commands tell of them; what the worker and people do with runs is in `doors`."""

from sqlmodel import select

from models.commands.automation_runs import cancel_run
from models.commands.automations import change_automation, switch_off_automation
from models.commands.waits import register_wait, repair_wait
from models.tables.automations import AutomationRun
from models.types.waits import WaitInput, WaitKind
from tests.builders.event_stories.telling import Stories, Teller
from tests.builders.runs import make_automation, post, submit


def an_automation(teller: Teller) -> None:
    automation = make_automation(teller.session, post())
    change_automation(teller.session, automation, {"name": "Leads"})
    switch_off_automation(teller.session, automation, now=teller.now)


def a_run_that_is_canceled(teller: Teller) -> None:
    automation = make_automation(teller.session, post())
    submit(teller.session, teller.studio)
    run = teller.session.exec(select(AutomationRun).where(AutomationRun.automation_id == automation.id)).one()
    cancel_run(teller.session, run, reason="Not needed", now=teller.now)


def a_stuck_step_that_is_dealt_with(teller: Teller) -> None:
    place = teller.studio.workspace_id, "proposal/pro_1", "repair:seal", "The seal failed", "us"
    wanted = WaitInput(*place, kind=WaitKind.REPAIR, engagement_id=teller.studio.engagement_id)
    repair_wait(teller.session, register_wait(teller.session, wanted, now=teller.now), "retry", actor="Mara", now=teller.now)


STORIES: Stories = {
    an_automation: {"automation.drawn", "automation.published", "automation.changed", "automation.switched_off"},
    a_run_that_is_canceled: {"automation_run.requested", "automation_run.canceled"},
    a_stuck_step_that_is_dealt_with: {"wait.repaired"},
}
