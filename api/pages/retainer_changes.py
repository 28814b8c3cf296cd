"""What a member does with a retainer: pause, resume, skip, a new price, the end, deciding about missed periods, charging."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any

from fastapi import Form, Query
from fastapi.responses import Response

from api.attempts import attempt
from api.deps import Call, Read, Slow, Write
from api.files import Posted
from api.pages.retainers import retainer_page
from api.payments import Till
from api.render import fragment, member_page, redirect
from api.retainers import charge_now
from api.routing import Router
from api.web.formats import day, money
from models.commands.retainers import (
    bill_period,
    change_price,
    change_retainer,
    choose_projects,
    decide_period,
    end_retainer,
    pause_retainer,
    plan_pause,
    resume_retainer,
    skip_period,
    unskip_period,
)
from models.queries.retainers import get_retainer, terms_of
from models.rules.dates import local_date
from models.rules.money import parse_amount
from models.rules.retainer_changes import pause_preview
from models.tables.retainers import Retainer
from models.types.errors import Invalid
from models.types.principals import Door
from models.types.retainers import Pause, PausePreview

router = Router("retainers", Door.MEMBER)
Text = Annotated[str, Form(max_length=200)]


@dataclass
class PausePage:
    """`retainers/pause.html`, and its preview alone in `retainers/_pause_preview.html`."""

    retainer: Retainer
    values: dict[str, str]
    effects: list[tuple[str, str]] | None
    """Icon and sentence, in the order of the days; None while the days cannot be understood."""
    today: date
    errors: dict[str, str] = field(default_factory=dict)


@router.get("/retainers/{retainer_id}/pause")
def show_pause(
    retainer_id: str,
    call: Read,
    kind: Annotated[str, Query(max_length=10)] = "now",
    starts_on: Annotated[str, Query(max_length=10)] = "",
    ends_on: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """What a pause would do, before it is made."""
    page = _pause_page(call, get_retainer(call.session, retainer_id), {"kind": kind, "starts_on": starts_on, "ends_on": ends_on})
    if call.is_htmx:
        return fragment(call, "retainers/_pause_preview.html", page)
    return member_page(call, "retainers/pause.html", page, nav="retainers")


@router.post("/retainers/{retainer_id}/pause")
def create_pause(retainer_id: str, call: Write, kind: Text = "now", starts_on: Text = "", ends_on: Text = "") -> Response:
    """Pause it now, or plan a pause."""
    retainer = get_retainer(call.session, retainer_id)
    values = {"kind": kind, "starts_on": starts_on, "ends_on": ends_on}

    def act() -> None:
        if kind == "now":
            pause_retainer(call.session, retainer, now=call.now)
        else:
            plan_pause(call.session, retainer, _pause(values, retainer), now=call.now)

    errors = attempt(call, act)
    if errors:
        page = _pause_page(call, get_retainer(call.session, retainer_id), values, errors)
        return member_page(call, "retainers/pause.html", page, nav="retainers", status=422)
    said = "It is paused. Nothing is billed or charged until you resume it." if kind == "now" else "The pause is planned."
    return redirect(call, f"/retainers/{retainer_id}", flash=said)


@router.post("/retainers/{retainer_id}/resumption")
def create_resumption(retainer_id: str, call: Write) -> Response:
    """Go on from today."""
    resume_retainer(call.session, get_retainer(call.session, retainer_id), now=call.now)
    said = "It goes on from today. Nothing is billed for the time of the pause."
    return redirect(call, f"/retainers/{retainer_id}", flash=said)


@router.post("/retainers/{retainer_id}/skips")
def create_skip(retainer_id: str, call: Write) -> Response:
    """Leave the next period out."""
    skip_period(call.session, get_retainer(call.session, retainer_id))
    return redirect(call, f"/retainers/{retainer_id}", flash="The next period is skipped. You can undo it until its day.")


@router.post("/retainers/{retainer_id}/skips/{index}/removal")
def create_skip_removal(retainer_id: str, index: int, call: Write) -> Response:
    """Bill it after all."""
    unskip_period(call.session, get_retainer(call.session, retainer_id), index)
    return redirect(call, f"/retainers/{retainer_id}", flash="It is billed as usual.")


@router.post("/retainers/{retainer_id}/prices")
def create_price(retainer_id: str, call: Write, amount: Text = "", starts_on: Text = "") -> Response:
    """Another fee from a day on."""

    def act(retainer: Retainer) -> None:
        minor = parse_amount(amount, retainer.currency).minor
        change_price(call.session, retainer, starts_on=_day(starts_on, "starts_on"), amount_minor=minor)

    values = {"amount": amount, "starts_on": starts_on}
    return _do(call, retainer_id, act, values, "The new fee counts from its day. Invoices that were made stay as they are.")


@router.post("/retainers/{retainer_id}/ending")
def create_ending(retainer_id: str, call: Write, ends_on: Text = "") -> Response:
    """End it, by default today."""

    def act(retainer: Retainer) -> None:
        end_retainer(call.session, retainer, ends_on=_day(ends_on, "ends_on") if ends_on else None, now=call.now)

    said = f"It ends on {day(_day(ends_on, 'ends_on'))}." if _is_day(ends_on) else "It has ended. Open invoices stay payable."
    return _do(call, retainer_id, act, {"ends_on": ends_on}, said)


@router.post("/retainers/{retainer_id}/settings")
def create_settings(retainer_id: str, call: Write, posted: Posted) -> Response:
    """Its name, how the money comes in, the days of review, whose time fills the bucket."""
    values = {name: posted.value(name) for name in ("name", "collect", "review_days")}

    def act(retainer: Retainer) -> None:
        if not values["name"].strip():
            raise Invalid("Give it a name that the client knows it by.", field="name")
        if not values["review_days"].isdigit() or int(values["review_days"]) > 90:
            raise Invalid("The days of review are a number from 0 to 90.", field="review_days")
        changes: dict[str, Any] = {"name": values["name"].strip(), "review_days": int(values["review_days"])}
        if values["collect"] in ("send", "charge"):
            changes["collect"] = values["collect"]
        changed = change_retainer(call.session, retainer, changes)
        if posted.value("has_projects"):
            takes_all = posted.value("takes_all") == "on"
            choose_projects(call.session, changed, None if takes_all else posted.values.get("project_ids", []))

    return _do(call, retainer_id, act, values, "Saved.")


@router.post("/retainers/{retainer_id}/periods/{index}/decision")
def create_decision(retainer_id: str, index: int, call: Write, is_billed: Text = "") -> Response:
    """Bill a missed period after all, or let it go."""
    retainer = get_retainer(call.session, retainer_id)
    decide_period(call.session, retainer, index, is_billed=is_billed == "yes", now=call.now)
    said = "Its invoice is made." if is_billed == "yes" else "It is let go; nothing is billed for it."
    return redirect(call, f"/retainers/{retainer_id}", flash=said)


@router.post("/retainers/{retainer_id}/periods")
def create_period(retainer_id: str, call: Write, index: Annotated[int, Form()] = 0) -> Response:
    """Bill a period whose time has come, without waiting for the clockwork. A second click finds the same invoice."""
    row = bill_period(call.session, get_retainer(call.session, retainer_id), index, now=call.now)
    href = f"/invoices/{row.invoice_id}" if row and row.invoice_id else f"/retainers/{retainer_id}"
    return redirect(call, href, flash="The period is billed.")


@router.post("/retainers/{retainer_id}/charges")
def create_charge(retainer_id: str, call: Slow, period_index: Annotated[int, Form()] = 0) -> Response:
    """Charge the saved card now."""
    payment = charge_now(Till(call), retainer_id, period_index)
    with call.open(writes=False):
        if payment is None:
            return redirect(call, f"/retainers/{retainer_id}", flash="Nothing is due for this period.", kind="info")
        if payment.status == "succeeded":
            return redirect(call, f"/retainers/{retainer_id}", flash="The card was charged.")
        failed = payment.failure.replace("_", " ") or "no answer yet"
        return redirect(call, f"/retainers/{retainer_id}", flash=f"The card was not charged: {failed}.", kind="error")


def _do(call: Call, retainer_id: str, act: Callable[[Retainer], None], values: dict[str, str], said: str) -> Response:
    """Change it, or show what is wrong with what was typed."""
    errors = attempt(call, lambda: act(get_retainer(call.session, retainer_id)))
    if errors:
        page = retainer_page(call, get_retainer(call.session, retainer_id), values=values, errors=errors)
        return member_page(call, "retainers/show.html", page, nav="retainers", status=422)
    return redirect(call, f"/retainers/{retainer_id}", flash=said)


def _pause_page(call: Call, retainer: Retainer, values: dict[str, str], errors: dict[str, str] | None = None) -> PausePage:
    today = local_date(call.now, retainer.timezone)
    effects = None
    try:
        pause = Pause(today) if values["kind"] == "now" else _pause(values, retainer)
        effects = _effects(pause_preview(terms_of(retainer), pause, since_index=retainer.next_index), retainer.currency)
    except Invalid:
        effects = None
    return PausePage(retainer, values, effects, today, errors or {})


def _effects(preview: PausePreview, currency: str) -> list[tuple[str, str]]:
    lines: list[tuple[date, str, str]] = []
    for one in preview.dropped:
        gone = f"The invoice of {day(one.bills_on)} ({money(one.amount_minor, currency)}) will not be made"
        later = one is preview.dropped[-1] and preview.pause.ends_on is None
        lines.append((one.bills_on, "circle-x", f"{gone}, nor any after it until you resume." if later else f"{gone}."))
    for before, after in preview.changed:
        over = f"{money(after.amount_minor, currency)} instead of {money(before.amount_minor, currency)}"
        moved = f" and made on {day(after.bills_on)}" if after.bills_on != before.bills_on else ""
        lines.append((before.bills_on, "circle-dot", f"The invoice of {day(before.bills_on)} will be over {over}{moved}."))
    following = preview.following
    if following and following.period.index not in [after.period.index for _, after in preview.changed]:
        said = f"It goes on with the invoice of {day(following.bills_on)} ({money(following.amount_minor, currency)})."
        lines.append((following.bills_on, "play", said))
    lines.sort(key=lambda line: line[0])
    none = [] if lines else [("info", "No invoice falls into this time.")]
    return [
        *((icon, text) for _, icon, text in lines),
        *none,
        ("receipt", "Invoices that were made stay as they are."),
    ]


def _pause(values: dict[str, str], retainer: Retainer) -> Pause:
    pause = Pause(_day(values["starts_on"], "starts_on"), _day(values["ends_on"], "ends_on"))
    if pause.ends_on is not None and pause.ends_on <= pause.starts_on:
        raise Invalid("Work goes on after the pause has begun.", field="ends_on")
    return pause


def _day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("Choose a day.", field=name) from None


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False
