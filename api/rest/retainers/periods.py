"""The periods of a retainer: billed, issued, charged, each once. The retainer's workflow calls these too.

What the workflow asks for may have been overtaken: then nothing happens, and the answer is not kept, so that the same
duty can be asked for again when it comes back.
"""

from dataclasses import asdict
from typing import Any

from fastapi.responses import Response

from api.deps import Call, Read, Slow, Write
from api.payments import Till
from api.rest.retainers.shapes import AttemptOut, ChargeIn, DecisionIn, HoursOut, PeriodIn, PeriodOut, period_out
from api.retainers import charge_as_due, charge_now, get_proof, is_due, list_proofs, schedule_of
from api.routing import Router
from models.commands.payments import attempt_key
from models.commands.retainers import bill_period, decide_period, issue_period_invoice
from models.queries.retainer_hours import list_hours
from models.queries.retainers import get_retainer
from models.rules.dates import local_date
from models.types.errors import Invalid
from models.types.principals import PrincipalKind

router = Router("retainers")


@router.get("/retainers/{retainer_id}/schedule")
def show_schedule(retainer_id: str, call: Read) -> dict[str, Any]:
    """What is due next for a retainer, and when; see `Schedule` in models/types/calls.py."""
    return asdict(schedule_of(call, get_retainer(call.session, retainer_id)))


@router.get("/retainers/{retainer_id}/periods")
def list_periods(retainer_id: str, call: Read) -> list[PeriodOut]:
    """Every period that was dealt with, the newest first, with the proof that it was billed once."""
    return [period_out(one) for one in list_proofs(call.session, get_retainer(call.session, retainer_id))]


@router.post("/retainers/{retainer_id}/periods", status_code=201, response_model=PeriodOut)
def create_period(retainer_id: str, body: PeriodIn, call: Write) -> PeriodOut | Response:
    """Bill a period whose time has come; the same again gives the same invoice. 409 before its time."""
    retainer = get_retainer(call.session, retainer_id)
    if _is_worker(call) and not is_due(call, retainer, "bill", body.index):
        return Response(status_code=204)
    if bill_period(call.session, retainer, body.index, now=call.now) is None:
        return Response(status_code=204)
    return period_out(get_proof(call.session, retainer, body.index))


@router.put("/retainers/{retainer_id}/periods/{index}/decision")
def update_decision(retainer_id: str, index: int, body: DecisionIn, call: Write) -> PeriodOut:
    """Say whether a missed period is billed after all."""
    retainer = get_retainer(call.session, retainer_id)
    decide_period(call.session, retainer, index, is_billed=body.is_billed, now=call.now)
    return period_out(get_proof(call.session, retainer, index))


@router.post("/retainers/{retainer_id}/period_issues", status_code=204)
def create_period_issue(retainer_id: str, body: PeriodIn, call: Write) -> Response:
    """Issue a period's draft; a member may do it before the days of review are over."""
    retainer = get_retainer(call.session, retainer_id)
    if not _is_worker(call) or is_due(call, retainer, "issue", body.index):
        issue_period_invoice(call.session, retainer, body.index, now=call.now)
    return Response(status_code=204)


@router.post("/retainers/{retainer_id}/charges", status_code=201, response_model=AttemptOut)
def create_charge(retainer_id: str, body: ChargeIn, call: Slow) -> AttemptOut | Response:
    """Charge the client's saved card for a period; 204 when nothing is due."""
    if _is_worker(call) and body.index is not None:
        charge_as_due(Till(call), retainer_id, body.index)
        return Response(status_code=204)
    if body.period_index is None:
        raise Invalid("Say which period is to be charged.", field="period_index")
    payment = charge_now(Till(call), retainer_id, body.period_index)
    if payment is None:
        return Response(status_code=204)
    columns = {name: getattr(payment, name) for name in AttemptOut.model_fields if name != "key"}
    return AttemptOut(key=attempt_key(payment), **columns)


@router.get("/retainers/{retainer_id}/hours")
def list_bucket(retainer_id: str, call: Read) -> list[HoursOut]:
    """The hours bucket, one statement for each period until today's; empty when no hours were agreed."""
    retainer = get_retainer(call.session, retainer_id)
    lines = list_hours(call.session, retainer, today=local_date(call.now, retainer.timezone))
    return [
        HoursOut(
            **{name: value for name, value in asdict(one.statement).items() if name in HoursOut.model_fields},
            starts_on=one.period.starts_on,
            ends_on=one.period.ends_on,
            is_settled=one.is_settled,
        )
        for one in lines
    ]


def _is_worker(call: Call) -> bool:
    return call.principal.kind is PrincipalKind.WORKER
