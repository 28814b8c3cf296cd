"""Every activity of the worker, called twice against the real product: a retry after a crash changes nothing."""

from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, delete, select

from activities import (
    automation_runs,
    automations,
    bookings,
    engagements,
    invoices,
    portal,
    projects,
    proposals,
    retainers,
    waits,
)
from api.actions import catalogue
from api.actions.inbox import PostInChannel
from api.demo.signing import sign
from models import clock
from models.commands.bookings import make_booking
from models.db import Database
from models.queries.bookings import get_scheduler
from models.settings import Settings
from models.tables.automations import AutomationRun
from models.tables.contacts import Contact
from models.tables.members import Login
from models.types.automation_runs import AdvanceInput, EffectInput
from models.types.waits import CloseWaitInput, WaitInput
from tests.activities.walks import Twice, name_of
from tests.builders.bookings import make_scheduler
from tests.builders.retainers import care_terms, make_retainer
from tests.builders.runs import make_automation, post, submit
from tests.builders.workspaces import Studio
from tests.standins.shop import Shop, open_shop
from workflows.worker import ACTIVITIES

Story = Callable[[Twice], Coroutine[Any, Any, None]]


@pytest.fixture
def twice(tmp_path: Path, settings: Settings, database: Database, studio: Studio) -> Iterator[Twice]:
    """The product, and a payment provider whose messages never arrive."""
    with open_shop(tmp_path, settings, database, studio, webhooks_arrive=False) as shop:
        yield Twice(shop)


async def an_offer_nobody_answers(twice: Twice) -> None:
    proposal = sent_proposal(twice.shop)
    acts = {"deliver": proposals.deliver_proposal, "remind": proposals.remind_proposal, "expire": proposals.expire_proposal}
    taken = await twice.follow(proposals.proposal_schedule, acts, proposal)
    assert taken == ["deliver", "remind", "remind", "expire"]


async def an_offer_that_is_signed(twice: Twice) -> None:
    proposal = sent_proposal(twice.shop)
    with twice.shop.program as program, twice.shop.browser() as browser:
        link = program.post(f"/proposals/{proposal}/link", json={}).json()["url"]
        sign(browser, link, name="Ada Byron")
    with twice.shop.database.write(twice.shop.studio.scope) as session:
        session.exec(delete(Login).where(col(Login.door) == "portal"))  # who has been in is not invited
    for act in (
        proposals.seal_proposal,
        projects.kick_off_project,
        portal.invite_client,
        invoices.draft_deposit_invoice,
        retainers.start_retainers,
    ):
        await twice.do(act, twice.subject(proposal))
    await twice.do(engagements.refresh_engagement, twice.subject(twice.shop.studio.engagement_id))


async def a_call(twice: Twice) -> None:
    with twice.shop.database.write(twice.shop.studio.scope) as session:
        scheduler = make_scheduler(session, twice.shop.studio)
        booking = make_booking(
            session,
            get_scheduler(session, scheduler.id),
            session.get_one(Contact, twice.shop.studio.contact_id),
            starts_at=next_monday_at_ten(),
            zone="Europe/London",
            now=clock.now(),
        ).id
    acts = {"confirm": bookings.confirm_booking, "remind": bookings.remind_booking, "hold": bookings.hold_booking}
    taken = await twice.follow(bookings.booking_schedule, acts, booking)
    assert (taken[0], set(taken), taken[-1]) == ("confirm", {"confirm", "remind", "hold"}, "hold")


async def an_invoice_that_is_paid(twice: Twice) -> None:
    invoice, link = twice.shop.invoice()
    acts = {"deliver": invoices.deliver_invoice, "remind": invoices.remind_invoice}
    assert "remind" in await twice.follow(invoices.invoice_schedule, acts, invoice)
    with twice.shop.browser() as browser:
        till = browser.post(f"{link}/payment", data={}).headers["location"]
    twice.shop.pay(till)
    acts = {"reconcile": invoices.reconcile_invoice, "receipt": invoices.issue_receipts, **acts}
    assert (await twice.follow(invoices.invoice_schedule, acts, invoice))[-2:] == ["reconcile", "receipt"]
    assert len(twice.shop.charges(invoice)) == 1


async def a_retainer(twice: Twice) -> None:
    save_a_card(twice.shop)
    with twice.shop.database.write(twice.shop.studio.scope) as session:
        terms = care_terms(clock.today("Europe/Berlin"), ends_on=clock.today("Europe/Berlin") + timedelta(days=28))
        made = make_retainer(session, twice.shop.studio, terms=terms, collect="charge", review_days=2).id
    acts = {"bill": retainers.bill_period, "issue": retainers.issue_period_invoice, "charge": retainers.charge_period}
    assert (await twice.follow(retainers.retainer_schedule, acts, made))[:3] == ["bill", "issue", "charge"]


async def a_run(twice: Twice) -> None:
    """One quick action and a slow one."""
    with twice.shop.database.write(twice.shop.studio.scope) as session:
        make_automation(session, post("quickly", "one"), post("slowly", "two"))
        event = submit(session, twice.shop.studio)
        run = session.exec(select(AutomationRun.id).where(AutomationRun.event_id == event.id)).one()
    asked = {"workspace_id": twice.shop.studio.workspace_id, "run_id": run}
    happened = {"kind": "started", "trigger": {}}
    position = await twice.do(automation_runs.advance_run, AdvanceInput(**asked, turn="1", happened=happened))
    assert [effect.node_path for effect in position.effects] == ["one"]
    await twice.do(automation_runs.perform_effect, EffectInput(**asked, turn="2", node_path="one", iteration=0, attempt=1))


async def a_clock(twice: Twice) -> None:
    """An automation that begins every morning."""
    with twice.shop.database.write(twice.shop.studio.scope) as session:
        automation = make_automation(session, post(), kind="schedule", cron="0 9 * * *")
        subject = twice.subject(automation.id)
    due = await twice.look(automations.automation_schedule, subject)
    assert due.wake_at is not None
    clock.move(datetime.fromisoformat(due.wake_at) - clock.now() + timedelta(seconds=1))
    await twice.do(automations.fire_automation, replace(subject, index=due.index))


async def a_wait(twice: Twice) -> None:
    studio = twice.shop.studio
    wait = WaitInput(studio.workspace_id, "proposal/pro_1", "next", "Ada to sign", "client", engagement_id=studio.engagement_id)
    await twice.do(waits.register_wait, wait)
    await twice.do(waits.close_waits, CloseWaitInput(studio.workspace_id, "proposal/pro_1", "next", ""))


STORIES: dict[Story, set[str]] = {
    an_offer_nobody_answers: {"proposals.schedule", "proposals.deliver", "proposals.remind", "proposals.expire"},
    an_offer_that_is_signed: {
        *("proposals.seal", "projects.kick_off", "portal.invite", "invoices.draft_deposit", "retainers.start"),
        "engagements.refresh",
    },
    a_call: {"bookings.schedule", "bookings.confirm", "bookings.remind", "bookings.hold"},
    an_invoice_that_is_paid: {
        *("invoices.schedule", "invoices.deliver", "invoices.remind", "invoices.reconcile", "invoices.receipt"),
    },
    a_retainer: {"retainers.schedule", "retainers.bill", "retainers.issue", "retainers.charge"},
    a_run: {"automation_runs.advance", "automation_runs.effect"},
    a_clock: {"automations.schedule", "automations.fire"},
    a_wait: {"waits.register", "waits.close"},
}
"""What happens, and which activities it is made of."""


@pytest.mark.parametrize("story", STORIES, ids=lambda one: one.__name__)
async def test_twice_is_once(story: Story, twice: Twice, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(catalogue.ACTIONS, "inbox.post", SlowPost())
    await twice.work(story(twice))
    assert twice.done == STORIES[story]


def test_every_activity_is_in_a_story():
    told = set().union(*STORIES.values())
    missing = {name_of(activity) for activity in ACTIVITIES} - told
    assert not missing, f"tell of {sorted(missing)} in STORIES, so that it is called twice"


class SlowPost(PostInChannel):
    """An action that speaks to somebody outside, as far as a run can tell."""

    kind = "slow"

    def perform(self, context: Any, given: Any) -> Any:
        with context.call.open(writes=True):
            return super().perform(context, given)


def sent_proposal(shop: Shop) -> str:
    """Sent, with a contract, a deposit, a recurring line and a project to start."""
    with shop.program as program:
        contract = program.post("/contract_templates", json={"name": "Design", "title": "Design", "body": "We agree."}).json()
        tasks = [{"title": "Sketch"}]
        structure = {"boards": [{"name": "Board", "groups": [{"name": "To do", "tasks": tasks}]}]}
        template = program.post("/project_templates", json={"name": "Website", "structure": structure}).json()
        wanted = {
            "engagement_id": shop.studio.engagement_id,
            "title": "A new website",
            "line_items": [
                {"description": "Design", "unit_price_minor": 320000},
                {"description": "Care plan", "kind": "recurring", "unit_price_minor": 30000},
            ],
            "deposit_bps": 3000,
            "reminder_days": [2, 5],
            "expires_at": (clock.now() + timedelta(days=14)).isoformat(),
            "contract_template_id": contract["id"],
            "project_template_id": template["id"],
        }
        made = program.post("/proposals", json=wanted).json()
        sent = program.post(f"/proposals/{made['id']}/sending", json={})
        assert sent.status_code == 200, sent.text
        return str(made["id"])


def save_a_card(shop: Shop) -> None:
    """Ada pays an invoice and lets her card be kept."""
    invoice, link = shop.invoice()
    with shop.browser() as browser, shop.worker as worker:
        shop.pay(browser.post(f"{link}/payment", data={"saves_card": "on"}).headers["location"])
        worker.post(f"/invoices/{invoice}/reconciliations", json={"index": 1})
    shop.wait_for(invoice, "paid")


def next_monday_at_ten() -> Any:
    day = clock.now() + timedelta(days=7 - clock.now().weekday())
    return day.replace(hour=10, minute=0, second=0, microsecond=0)
