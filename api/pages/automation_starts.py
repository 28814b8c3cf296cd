"""Pages about what starts an automation from outside or by hand: its hook, and the choice of records."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Form
from fastapi.responses import Response

from api.automation_authors import require_author
from api.deps import Call, Read, Slow, Write
from api.files import Posted, PostedForm
from api.manual_runs import confirm, preview
from api.render import member_page, redirect
from api.rest.automation_hooks import hook_url
from api.routing import Router
from api.webhooks.automations import SECRET, SIGNATURE
from models.commands.automation_hooks import await_sample, hook_secret, open_hook, renew_secret, set_proof
from models.ids import new_id
from models.queries.automation_hooks import find_hook
from models.queries.automations import find_published_version, get_automation
from models.queries.manual_runs import noun_of
from models.rules.automation_plan.records import canonical_json
from models.tables.automation_hooks import AutomationHook
from models.tables.automations import Automation
from models.types.automation_nouns import NOUNS
from models.types.errors import DomainError, NotFound
from models.types.hooks import HookProof
from models.types.manual_runs import ManualCandidate, ManualSelection
from models.types.principals import Door

router = Router("automations", Door.MEMBER)
_MOST_SHOWN = 400
"""A form carries no more fields than 500."""


@dataclass(frozen=True, slots=True)
class HookPage:
    """The hook of an automation; nothing of it before it is opened."""

    automation: Automation
    hook: AutomationHook | None
    url: str = ""
    header: str = ""
    secret: str = ""
    """Empty unless it was asked for."""
    is_capturing: bool = False
    sample: str = ""


@dataclass(frozen=True, slots=True)
class ManualPage:
    """The records that runs would start for."""

    automation: Automation
    nouns: str
    """What the records are called, in the plural; empty when none can be chosen."""
    records: list[ManualCandidate] = field(default_factory=list)
    count: int = 0
    batch_id: str = ""
    text: str = ""
    status: str = ""
    error: str = ""
    is_shown: bool = False
    """Whether records were looked for yet."""


@router.get("/automations/{automation_id}/hook")
def show_hook(automation_id: str, call: Read) -> Response:
    """The address other systems call, how they prove to be genuine, and what the last of them sent."""
    return _hook(call, get_automation(call.session, automation_id))


@router.post("/automations/{automation_id}/hook")
def create_hook(automation_id: str, call: Write) -> Response:
    """Open the hook, or show its secret again."""
    require_author(call)
    automation = get_automation(call.session, automation_id)
    open_hook(call.session, automation, call.settings.secret_key)
    return _hook(call, automation, shows_secret=True)


@router.post("/automations/{automation_id}/hook/proof")
def update_hook(automation_id: str, call: Write, proof: Annotated[HookProof, Form()] = HookProof.SIGNATURE) -> Response:
    """Say how callers prove to be genuine."""
    require_author(call)
    set_proof(call.session, _opened(call, automation_id), proof)
    return redirect(call, f"/automations/{automation_id}/hook", flash="Saved.")


@router.post("/automations/{automation_id}/hook/secrets")
def create_secret(automation_id: str, call: Write) -> Response:
    """Make another secret, and show it."""
    require_author(call)
    renew_secret(call.session, _opened(call, automation_id))
    return _hook(call, get_automation(call.session, automation_id), shows_secret=True)


@router.post("/automations/{automation_id}/hook/captures")
def create_capture(automation_id: str, call: Write) -> Response:
    """Take the next call as a sample."""
    require_author(call)
    await_sample(call.session, _opened(call, automation_id), now=call.now)
    return redirect(call, f"/automations/{automation_id}/hook", flash="The next call within ten minutes is taken as a sample.")


@router.get("/automations/{automation_id}/manual_runs")
def show_manual(automation_id: str, call: Read, text: str = "", status: str = "", look: str = "") -> Response:
    """Choose the records to start it for. Nothing starts by looking."""
    require_author(call)
    automation = get_automation(call.session, automation_id)
    page = _manual(call, automation, ManualSelection(text=text, status=status), is_shown=bool(look))
    return member_page(call, "automations/manual.html", page, nav="automations")


@router.post("/automations/{automation_id}/manual_runs")
def create_manual(automation_id: str, call: Slow, posted: Posted) -> Response:
    """Start the runs for the records that stayed chosen, once."""
    with call.open(writes=False):
        require_author(call)
    wanted, batch_id = _chosen(posted), posted.value("batch_id")
    path = f"/automations/{automation_id}"
    if not wanted.ids:
        return redirect(call, f"{path}/manual_runs", flash="Nothing was chosen, so nothing was started.", kind="warning")
    try:
        made = confirm(call, automation_id, batch_id, wanted, len(wanted.ids))
    except DomainError as error:
        return redirect(call, f"{path}/manual_runs", flash=error.detail, kind="error")
    said = f"{len(made.run_ids)} {'run' if len(made.run_ids) == 1 else 'runs'} started."
    return redirect(call, f"{path}?tab=runs", flash=said)


def _chosen(posted: PostedForm) -> ManualSelection:
    return ManualSelection(ids=tuple(posted.values.get("id", [])))


def _manual(call: Call, automation: Automation, wanted: ManualSelection, *, is_shown: bool) -> ManualPage:
    shown: dict[str, Any] = {"text": wanted.text, "status": wanted.status, "is_shown": is_shown}
    version = find_published_version(call.session, automation)
    if version is None:
        return ManualPage(automation, "", error="Publish it first: runs follow what is published.", **shown)
    try:
        nouns = NOUNS[noun_of(version)].says.lower()
        records = preview(call, automation.id, wanted) if is_shown else []
    except DomainError as error:
        return ManualPage(automation, "", error=error.detail, **shown)
    if len(records) > _MOST_SHOWN:
        return ManualPage(automation, nouns, error=f"These are more than {_MOST_SHOWN}. Narrow the choice.", **shown)
    return ManualPage(automation, nouns, records, _count(records), new_id("bat"), **shown)


def _count(records: Iterable[ManualCandidate]) -> int:
    return sum(not one.reason for one in records)


def _opened(call: Call, automation_id: str) -> AutomationHook:
    get_automation(call.session, automation_id)
    hook = find_hook(call.session, automation_id)
    if hook is None:
        raise NotFound("This automation has no hook yet.")
    return hook


def _hook(call: Call, automation: Automation, *, shows_secret: bool = False) -> Response:
    hook = find_hook(call.session, automation.id)
    page = HookPage(automation, None)
    if hook is not None:
        page = HookPage(
            automation,
            hook,
            url=hook_url(call, hook),
            header=SIGNATURE if hook.proof == HookProof.SIGNATURE else SECRET,
            secret=hook_secret(hook, call.settings.secret_key) if shows_secret else "",
            is_capturing=hook.capture_until is not None and hook.capture_until > call.now,
            sample=canonical_json(hook.sample) if hook.sample else "",
        )
    return member_page(call, "automations/hook.html", page, nav="automations")
