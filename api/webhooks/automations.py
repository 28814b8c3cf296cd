"""Calls of other systems that start automations. Verify on the raw bytes, start, answer with the run."""

import json
from typing import Annotated, Any, NoReturn

from fastapi import Depends, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from api.deps import Call
from api.files import limited
from api.routing import Router
from api.throttle import HOOK_CALLS, HOOK_REFUSALS, throttle
from models.commands.automation_hooks import HookCall, hook_secret, take_call
from models.queries.automation_hooks import find_hook_by_token
from models.queries.automations import get_automation
from models.rules.hook_signatures import secret_fault, signature_fault
from models.tables.automation_hooks import AutomationHook
from models.types.automations import Json
from models.types.errors import NotFound
from models.types.hooks import HookFault, HookProof
from models.types.principals import Door

router = Router("automations", Door.PUBLIC)
MAX_BYTES = 256_000
SIGNATURE, SECRET = "x-hook-signature", "x-hook-secret"
NAMES = ("idempotency-key", "webhook-id", "x-event-id")
"""Headers by which a caller names a call, so that it can be sent again; the first that is there counts."""
_MOST_NAME = 200
_KEPT_TO_OURSELVES = frozenset({SIGNATURE, SECRET, "authorization", "cookie", "proxy-authorization"})
_FAULTS = {
    HookFault.UNSIGNED: "This call does not prove where it comes from.",
    HookFault.FORGED: "The proof of this call does not fit.",
    HookFault.STALE: "This call was signed more than five minutes ago, or in the future. Check the clock and sign it anew.",
}


async def _raw_body(request: Request) -> bytes:
    """The body as it arrived. Raises 415 for what is no JSON, 413 for what is too large."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise HTTPException(415, "Send JSON, as `Content-Type: application/json`.")
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > MAX_BYTES:
        _too_large()
    try:
        raw = await limited(request, MAX_BYTES).body()
    except HTTPException:
        _too_large()
    return raw


async def _unkeyed(request: Request) -> Call:
    """A transaction whose answers are not kept by key: only what proved to be genuine may be told what came of it."""
    return Call(request, writes=True)


@router.post("/hooks/automations/{token}")
def create(
    token: str, request: Request, raw: Annotated[bytes, Depends(_raw_body)], call: Annotated[Call, Depends(_unkeyed)]
) -> Response:
    """Start a run with what was sent. 202 with the run's id, for a repeat with that of the first."""
    counter = throttle(request)
    if counter.is_spent(HOOK_REFUSALS, token, call.address) or not counter.allows(HOOK_CALLS, token):
        raise HTTPException(429, "Too many calls. Try again in a minute.", headers={"Retry-After": "60"})
    hook = find_hook_by_token(call.session, token)
    if hook is None:
        counter.allows(HOOK_REFUSALS, token, call.address)
        raise NotFound("There is no automation at this address.")
    fault = _fault(call, hook, request, raw)
    if fault is not None:
        counter.allows(HOOK_REFUSALS, token, call.address)
        raise HTTPException(401, _FAULTS[fault])
    call.enter(hook.workspace_id)
    proof = request.headers.get(SIGNATURE, "") if hook.proof == HookProof.SIGNATURE else ""
    told = HookCall(_record(request, _json(raw)), proof, _name(request))
    outcome, run = take_call(call.session, hook, get_automation(call.session, hook.automation_id), told, now=call.now)
    return JSONResponse({"status": str(outcome), "run_id": run.id if run else None}, status_code=202)


def _fault(call: Call, hook: AutomationHook, request: Request, raw: bytes) -> HookFault | None:
    secret = hook_secret(hook, call.settings.secret_key)
    if hook.proof == HookProof.SECRET:
        return secret_fault(request.headers.get(SECRET, ""), secret)
    return signature_fault(request.headers.get(SIGNATURE, ""), raw, secret, now=call.now)


def _record(request: Request, body: Json) -> dict[str, Json]:
    headers = {name: value for name, value in request.headers.items() if name not in _KEPT_TO_OURSELVES}
    return {"body": body, "headers": headers, "query": dict(request.query_params)}


def _name(request: Request) -> str:
    return next((request.headers[name][:_MOST_NAME] for name in NAMES if request.headers.get(name)), "")


def _json(raw: bytes) -> Json:
    try:
        found: Json = json.loads(raw, parse_constant=_no_number)
        written = json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise HTTPException(400, "This is not JSON that can be read.") from None
    if b"\\u0000" in written:  # no database keeps it in a text
        raise HTTPException(400, "This JSON holds a zero character.")
    return found


def _no_number(word: str) -> Any:
    raise ValueError(word)


def _too_large() -> NoReturn:
    raise HTTPException(413, f"This is too large: at most {MAX_BYTES // 1000} KB.")
