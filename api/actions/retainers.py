"""Retainers: begun, paused, resumed and ended."""

from datetime import date
from typing import Annotated

from pydantic import Field

from api.actions.action import Action, ActionContext, ActionInput, ActionOutput, picked, sample
from models.commands.retainers import end_retainer, pause_retainer, resume_retainer, start_retainer
from models.queries.retainers import get_retainer
from models.rules.dates import local_date
from models.tables.retainers import Retainer
from models.types.retainers import BillingTime, Collection, HoursTerms, RetainerDraft, RetainerStatus, RetainerTerms, Rhythm

_LARGEST = 10**12


class StartRetainerInput(ActionInput):
    """What is agreed."""

    name: Annotated[str, Field(title="Name", description="As the client knows it", min_length=1, max_length=200)]
    amount_minor: Annotated[int, Field(title="Fee", description="Of each period, in cents, before tax", ge=0, le=_LARGEST)]
    engagement_id: Annotated[str | None, picked("For", "engagements", "The one the run is about")] = None
    starts_on: Annotated[date | None, Field(title="First day", description="Today, when left out")] = None
    rhythm: Annotated[Rhythm, Field(title="Period")] = Rhythm.MONTHS
    every: Annotated[int, Field(title="Every", description="So many weeks or months", ge=1, le=120)] = 1
    billing: Annotated[BillingTime, Field(title="Billed")] = BillingTime.ADVANCE
    included_hours: Annotated[int, Field(title="Hours included", ge=0, le=1000)] = 0
    overage_rate_minor_per_hour: Annotated[int, Field(title="Each further hour", description="In cents", ge=0, le=_LARGEST)] = 0
    review_days: Annotated[int, Field(title="Days of review", description="So long its invoices stay drafts", ge=0, le=90)] = 3


class WhichRetainerInput(ActionInput):
    """Which is meant."""

    retainer_id: Annotated[str | None, picked("Retainer", "retainers", "The one that started the run")] = None


class RetainerOutput(ActionOutput):
    """The retainer."""

    retainer_id: str
    name: str
    status: str
    engagement_id: str
    contact_id: str


class StartRetainer(Action):
    """Work sold by the period, begun."""

    name = "retainers.start"
    title = "Start a retainer"
    icon = "repeat"
    docs = "Starts a retainer for the engagement's client. Each invoice stays a draft for the days of review, then it goes out."
    Input = StartRetainerInput
    Output = RetainerOutput
    client_facing = True
    emits = ("retainer.started",)
    needs = ("retainers:write",)
    example = sample(name="Care plan", amount_minor=120000, included_hours=10, review_days=3)

    def perform(self, context: ActionContext, given: StartRetainerInput) -> RetainerOutput:
        """Start it. Raises Invalid for terms that cannot be billed by."""
        engagement, workspace = context.engagement(given.engagement_id), context.call.workspace
        terms = RetainerTerms(
            anchor_on=given.starts_on or local_date(context.now, workspace.timezone),
            zone=workspace.timezone,
            amount_minor=given.amount_minor,
            currency=engagement.currency or workspace.currency,
            rhythm=given.rhythm,
            every=given.every,
            billing=given.billing,
            hours=HoursTerms(
                included_seconds=given.included_hours * 3600,
                overage_rate_minor_per_hour=given.overage_rate_minor_per_hour,
            ),
        )
        draft = RetainerDraft(
            engagement_id=engagement.id,
            contact_id=engagement.contact_id,
            name=given.name,
            terms=terms,
            tax_rates_mpct=(workspace.tax_rate_mpct,) if workspace.tax_rate_mpct else (),
            collect=Collection.SEND,
            review_days=given.review_days,
        )
        return _told(start_retainer(context.session, draft, now=context.now))


class PauseRetainer(Action):
    """A retainer that rests."""

    name = "retainers.pause"
    title = "Pause a retainer"
    icon = "circle-pause"
    docs = "Stops billing and charging from today until it is resumed."
    Input = WhichRetainerInput
    Output = RetainerOutput
    emits = ("retainer.paused",)
    needs = ("retainers:write",)
    example = sample(retainer_id="ret_01k7w3y6m0")

    def perform(self, context: ActionContext, given: WhichRetainerInput) -> RetainerOutput:
        """Pause it; paused already, it stays so. Raises Refused when it has ended."""
        retainer = _retainer(context, given)
        if retainer.status != RetainerStatus.PAUSED:
            retainer = pause_retainer(context.session, retainer, now=context.now)
        return _told(retainer)


class ResumeRetainer(Action):
    """A retainer that goes on."""

    name = "retainers.resume"
    title = "Resume a retainer"
    icon = "circle-play"
    docs = "Goes on billing from today. Nothing is billed for the time between."
    Input = WhichRetainerInput
    Output = RetainerOutput
    emits = ("retainer.resumed",)
    needs = ("retainers:write",)
    example = sample(retainer_id="ret_01k7w3y6m0")

    def perform(self, context: ActionContext, given: WhichRetainerInput) -> RetainerOutput:
        """Resume it; running already, it runs on. Raises Refused when it has ended."""
        retainer = _retainer(context, given)
        if retainer.status != RetainerStatus.ACTIVE:
            retainer = resume_retainer(context.session, retainer, now=context.now)
        return _told(retainer)


class EndInput(WhichRetainerInput):
    """Which, and its last day."""

    ends_on: Annotated[date | None, Field(title="On", description="The first day without it; today, when left out")] = None


class EndRetainer(Action):
    """A retainer that is over."""

    name = "retainers.end"
    title = "End a retainer"
    icon = "circle-stop"
    docs = "Ends the retainer. What was worked before is still billed; issued invoices stay payable."
    Input = EndInput
    Output = RetainerOutput
    emits = ("retainer.ended", "retainer.changed")
    needs = ("retainers:write",)
    example = sample(ends_on="2027-01-01")

    def perform(self, context: ActionContext, given: EndInput) -> RetainerOutput:
        """End it; over already, it stays so. Raises Invalid for a day that is past."""
        retainer = _retainer(context, given)
        if retainer.status != RetainerStatus.ENDED:
            retainer = end_retainer(context.session, retainer, ends_on=given.ends_on, now=context.now)
        return _told(retainer)


def _retainer(context: ActionContext, given: WhichRetainerInput) -> Retainer:
    return get_retainer(context.session, context.about("retainer", given.retainer_id))


def _told(retainer: Retainer) -> RetainerOutput:
    return RetainerOutput(
        retainer_id=retainer.id,
        name=retainer.name,
        status=retainer.status,
        engagement_id=retainer.engagement_id,
        contact_id=retainer.contact_id,
    )
