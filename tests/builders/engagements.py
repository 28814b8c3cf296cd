"""Builders of an engagement and of what hangs on it. Each fills what a test does not care about."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session

from models import clock
from models.ids import new_id
from models.queries.retainers import as_json
from models.rules.automation_plan.records import plan_to_json, to_json
from models.tables.automations import Automation, AutomationRun, AutomationVersion
from models.tables.engagements import Engagement
from models.tables.invoices import Invoice
from models.tables.projects import Project
from models.tables.proposals import Proposal
from models.tables.retainers import Retainer
from models.tables.tasks import Task
from models.tables.time_entries import TimeEntry
from models.tables.waits import Wait
from models.types.retainers import RetainerTerms
from tests.builders.automations import planned, started, wait


def make_engagement(session: Session, contact_id: str, **values: Any) -> Engagement:
    return _kept(
        session,
        Engagement(**{"id": new_id("eng"), "title": "Website", "contact_id": contact_id, "status_since": clock.now(), **values}),
    )


def make_proposal(session: Session, engagement: Engagement, **values: Any) -> Proposal:
    made = {"id": new_id("pro"), "engagement_id": engagement.id, "contact_id": engagement.contact_id, "title": "New website"}
    made["root_id"] = made["id"]
    return _kept(session, Proposal(**{**made, **values}))


def make_project(session: Session, engagement: Engagement, **values: Any) -> Project:
    return _kept(session, Project(**{"id": new_id("prj"), "engagement_id": engagement.id, "name": "Website", **values}))


def make_task(session: Session, project: Project, **values: Any) -> Task:
    made = {"id": new_id("tsk"), "engagement_id": project.engagement_id, "project_id": project.id, "title": "Wireframes"}
    return _kept(session, Task(**{**made, **values}))


def make_invoice(session: Session, engagement: Engagement, **values: Any) -> Invoice:
    made = {"id": new_id("inv"), "engagement_id": engagement.id, "contact_id": engagement.contact_id}
    return _kept(session, Invoice(**{**made, **values}))


def make_retainer(session: Session, engagement: Engagement, **values: Any) -> Retainer:
    made = {"id": new_id("ret"), "engagement_id": engagement.id, "contact_id": engagement.contact_id, "name": "Care plan"}
    retainer = Retainer(**{**made, "anchor_on": clock.today("UTC"), **values})
    terms = RetainerTerms(retainer.anchor_on, retainer.timezone, retainer.amount_minor, retainer.currency)
    retainer.terms = retainer.terms or as_json(terms)
    return _kept(session, retainer)


def make_timer(session: Session, engagement: Engagement, member_id: str, **values: Any) -> TimeEntry:
    """A timer that has been running for an hour."""
    made = {"id": new_id("tim"), "engagement_id": engagement.id, "member_id": member_id, "local_day": clock.today("UTC")}
    return _kept(session, TimeEntry(**{**made, "started_at": clock.now() - timedelta(hours=1), **values}))


def make_run(session: Session, engagement: Engagement, **values: Any) -> AutomationRun:
    """A run that waits for the proposal, with an automation of its own."""
    automation = _kept(session, Automation(id=new_id("aut"), name="New lead", published_version=1))
    plan = planned(wait())
    version = AutomationVersion(
        id=new_id("ver"), automation_id=automation.id, number=1, plan=plan_to_json(plan), plan_hash=plan.hash
    )
    _kept(session, version)
    state, _ = started(plan)
    event_id = new_id("evt")
    made = {
        "id": new_id("run"),
        "automation_id": automation.id,
        "automation_version": 1,
        "plan_hash": plan.hash,
        "event_id": event_id,
        "dedupe_key": event_id,
        "engagement_id": engagement.id,
        "status": "waiting",
        "state": to_json(state),
    }
    return _kept(session, AutomationRun(**{**made, **values}))


def make_wait(session: Session, engagement: Engagement, **values: Any) -> Wait:
    """Ada is to sign; the proposal's workflow waits."""
    made = {"id": new_id("wai"), "engagement_id": engagement.id, "workflow_id": "proposal/pro_1", "key": "next"}
    return _kept(session, Wait(**{**made, "what": "Ada to sign the proposal", "whom": "client", "since": clock.now(), **values}))


def _kept(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row
