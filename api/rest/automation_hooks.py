"""The hooks by which other systems start automations: address, secret, sample."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from api.deps import Call, Read, Write
from api.idempotency import Confidential
from api.routing import Router
from api.webhooks.automations import SECRET, SIGNATURE
from models.commands.automation_hooks import await_sample, hook_secret, hook_token, open_hook, renew_secret, set_proof
from models.queries.automation_hooks import find_hook
from models.queries.automations import get_automation
from models.rules.automation_records import hook_schema
from models.tables.automation_hooks import AutomationHook
from models.types.errors import NotFound
from models.types.hooks import HookProof

router = Router("automations")


class HookOut(Confidential):
    """The door of one automation."""

    url: str
    proof: HookProof
    header: str
    """Where the caller puts its proof. A signature is `t={seconds},v1={HMAC-SHA-256 of "{t}.{raw body}" in hexadecimal}`."""
    capture_until: datetime | None
    """Until when the next genuine call is taken as a sample and starts nothing."""
    sample: dict[str, Any] | None
    """The last sample: `body`, `headers` and `query`."""
    sampled_at: datetime | None
    last_called_at: datetime | None
    record: dict[str, Any]
    """The JSON Schema of what the automation reads as `trigger`, as the sample suggests."""


class OpenHookOut(HookOut):
    """A door with its secret, for those who may change automations."""

    secret: str


class HookChange(BaseModel):
    """What to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    proof: Annotated[HookProof | None, Field(examples=["signature"])] = None


@router.get("/automations/{automation_id}/hook")
def show_hook(automation_id: str, call: Read) -> HookOut:
    """The hook as it is, without its secret. 404 before it was opened."""
    return HookOut(**_told(call, _get(call, automation_id)))


@router.post("/automations/{automation_id}/hook", status_code=201)
def create_hook(automation_id: str, call: Write) -> OpenHookOut:
    """Open the hook, or show it again with its secret."""
    hook = open_hook(call.session, get_automation(call.session, automation_id), call.settings.secret_key)
    return _opened(call, hook)


@router.patch("/automations/{automation_id}/hook")
def update_hook(automation_id: str, wanted: HookChange, call: Write) -> HookOut:
    """Say how callers prove to be genuine."""
    hook = _get(call, automation_id)
    if wanted.proof is not None:
        set_proof(call.session, hook, wanted.proof)
    return HookOut(**_told(call, hook))


@router.post("/automations/{automation_id}/hook/secrets", status_code=201)
def create_hook_secret(automation_id: str, call: Write) -> OpenHookOut:
    """Make another secret; the old one counts no more. The address stays."""
    hook = _get(call, automation_id)
    renew_secret(call.session, hook)
    return _opened(call, hook)


@router.post("/automations/{automation_id}/hook/captures", status_code=201)
def create_hook_capture(automation_id: str, call: Write) -> HookOut:
    """Take the next genuine call within ten minutes as a sample; it starts nothing. Works before the automation is published."""
    hook = _get(call, automation_id)
    await_sample(call.session, hook, now=call.now)
    return HookOut(**_told(call, hook))


def hook_url(call: Call, hook: AutomationHook) -> str:
    """The absolute address of a hook."""
    return call.url(f"/hooks/automations/{hook_token(hook, call.settings.secret_key)}")


def _get(call: Call, automation_id: str) -> AutomationHook:
    get_automation(call.session, automation_id)
    hook = find_hook(call.session, automation_id)
    if hook is None:
        raise NotFound("This automation has no hook yet.")
    return hook


def _opened(call: Call, hook: AutomationHook) -> OpenHookOut:
    return OpenHookOut(**_told(call, hook), secret=hook_secret(hook, call.settings.secret_key))


def _told(call: Call, hook: AutomationHook) -> dict[str, Any]:
    return {
        "url": hook_url(call, hook),
        "proof": HookProof(hook.proof),
        "header": SIGNATURE if hook.proof == HookProof.SIGNATURE else SECRET,
        "capture_until": hook.capture_until,
        "sample": hook.sample,
        "sampled_at": hook.sampled_at,
        "last_called_at": hook.last_called_at,
        "record": hook_schema(hook.sample or {}),
    }
