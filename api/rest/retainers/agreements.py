"""Retainers: started, changed, paused, resumed and ended."""

from datetime import date

from api.deps import Read, Write
from api.pagination import Page, Paging, page_of
from api.rest.retainers.shapes import (
    EndIn,
    PauseIn,
    PausePreviewOut,
    PriceIn,
    RetainerChangesIn,
    RetainerDetail,
    RetainerIn,
    RetainerOut,
    SkipIn,
    detail_of,
    upcoming_out,
)
from api.retainers import at_version
from api.routing import Router
from models.commands.retainers import (
    change_price,
    change_retainer,
    choose_projects,
    end_retainer,
    pause_retainer,
    plan_pause,
    resume_retainer,
    skip_period,
    start_retainer,
    start_retainers,
    unskip_period,
)
from models.queries.engagements import get_engagement
from models.queries.proposals import get_proposal
from models.queries.retainers import RetainerFilter, get_retainer, retainers_matching, terms_from, terms_of
from models.rules.dates import local_date
from models.rules.retainer_changes import pause_preview
from models.tables.retainers import Retainer
from models.types.retainers import Pause, RetainerDraft

router = Router("retainers")


@router.get("/retainers")
def list_retainers(
    call: Read,
    paging: Paging,
    status: str | None = None,
    engagement_id: str | None = None,
    contact_id: str | None = None,
    q: str = "",
) -> Page[RetainerOut]:
    """Retainers, those begun last first. q: part of the name, or of the client's."""
    wanted = RetainerFilter(status, engagement_id, contact_id, q.strip())
    return page_of(call.session, retainers_matching(wanted), Retainer, paging, RetainerOut)


@router.post("/retainers", status_code=201)
def create_retainer(body: RetainerIn, call: Write) -> RetainerDetail:
    """Start a retainer by hand. Its first invoice is made when its first period is due."""
    workspace = call.workspace
    said = body.terms.model_dump(mode="json")
    terms = terms_from({**said, "zone": said["zone"] or workspace.timezone, "currency": said["currency"] or workspace.currency})
    own_tax = (workspace.tax_rate_mpct,) if workspace.tax_rate_mpct else ()
    draft = RetainerDraft(
        engagement_id=body.engagement_id,
        contact_id=body.contact_id or get_engagement(call.session, body.engagement_id).contact_id,
        name=body.name,
        terms=terms,
        tax_rates_mpct=own_tax if body.tax_rates_mpct is None else tuple(body.tax_rates_mpct),
        prices_include_tax=body.prices_include_tax,
        collect=body.collect,
        review_days=body.review_days,
        bills_past=body.bills_past,
    )
    return detail_of(call, start_retainer(call.session, draft, now=call.now))


@router.post("/proposals/{proposal_id}/retainers", status_code=201)
def create_retainers(proposal_id: str, call: Write) -> list[RetainerOut]:
    """Start a retainer for every recurring line that the client accepted, each once; 409 before the acceptance."""
    started = start_retainers(call.session, get_proposal(call.session, proposal_id), now=call.now)
    return [RetainerOut.model_validate(one) for one in started]


@router.get("/retainers/{retainer_id}")
def show_retainer(retainer_id: str, call: Read) -> RetainerDetail:
    """One retainer, with its next three invoices."""
    return detail_of(call, get_retainer(call.session, retainer_id))


@router.patch("/retainers/{retainer_id}")
def update_retainer(retainer_id: str, body: RetainerChangesIn, call: Write) -> RetainerDetail:
    """Change its name, how money is collected, the days of review, the card, or whose time fills the bucket."""
    retainer = at_version(call.session, retainer_id, body.version)
    changes = body.model_dump(exclude_unset=True, exclude={"version", "project_ids"})
    if changes:
        retainer = change_retainer(call.session, retainer, changes)
    if "project_ids" in body.model_fields_set:
        retainer = choose_projects(call.session, retainer, body.project_ids)
    return detail_of(call, retainer)


@router.get("/retainers/{retainer_id}/pause")
def show_pause(retainer_id: str, call: Read, starts_on: date | None = None, ends_on: date | None = None) -> PausePreviewOut:
    """What a pause would do, before it is made."""
    retainer = get_retainer(call.session, retainer_id)
    terms = terms_of(retainer)
    pause = Pause(starts_on or local_date(call.now, terms.zone), ends_on)
    seen = pause_preview(terms, pause, since_index=retainer.next_index)
    return PausePreviewOut(
        dropped=[upcoming_out(one) for one in seen.dropped],
        changed=[upcoming_out(after) for _, after in seen.changed],
        following=upcoming_out(seen.following) if seen.following else None,
    )


@router.post("/retainers/{retainer_id}/pause")
def create_pause(retainer_id: str, body: PauseIn, call: Write) -> RetainerDetail:
    """Pause from today until it is resumed; with an end, plan a pause after which billing goes on by itself."""
    retainer = at_version(call.session, retainer_id, body.version)
    if body.starts_on is None and body.ends_on is None:
        return detail_of(call, pause_retainer(call.session, retainer, now=call.now))
    pause = Pause(body.starts_on or local_date(call.now, retainer.timezone), body.ends_on)
    return detail_of(call, plan_pause(call.session, retainer, pause, now=call.now))


@router.delete("/retainers/{retainer_id}/pause")
def destroy_pause(retainer_id: str, call: Write) -> RetainerDetail:
    """Resume. Nothing is billed for the time between."""
    return detail_of(call, resume_retainer(call.session, get_retainer(call.session, retainer_id), now=call.now))


@router.post("/retainers/{retainer_id}/ending")
def create_ending(retainer_id: str, body: EndIn, call: Write) -> RetainerDetail:
    """End it, by default today. Issued invoices stay payable."""
    retainer = at_version(call.session, retainer_id, body.version)
    return detail_of(call, end_retainer(call.session, retainer, ends_on=body.ends_on, now=call.now))


@router.post("/retainers/{retainer_id}/skips", status_code=201)
def create_skip(retainer_id: str, body: SkipIn, call: Write) -> RetainerDetail:
    """Leave a coming period out, by default the next."""
    retainer = at_version(call.session, retainer_id, body.version)
    skip_period(call.session, retainer, index=body.index)
    return detail_of(call, retainer)


@router.delete("/retainers/{retainer_id}/skips/{index}", status_code=204)
def destroy_skip(retainer_id: str, index: int, call: Write) -> None:
    """Bill a coming period after all."""
    unskip_period(call.session, get_retainer(call.session, retainer_id), index)


@router.post("/retainers/{retainer_id}/prices", status_code=201)
def create_price(retainer_id: str, body: PriceIn, call: Write) -> RetainerDetail:
    """Another fee from a day on; invoices that were made stay as they are."""
    retainer = at_version(call.session, retainer_id, body.version)
    changed = change_price(call.session, retainer, starts_on=body.starts_on, amount_minor=body.amount_minor)
    return detail_of(call, changed)
