"""Builders of retainers."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from models import clock
from models.commands.retainers import start_retainer
from models.tables.payments import SavedMethod
from models.tables.retainers import Retainer
from models.types.retainers import RetainerDraft, RetainerTerms
from tests.builders.workspaces import Studio


def care_terms(anchor_on: date = date(2027, 1, 31), **values: Any) -> RetainerTerms:
    """1,200.00 EUR a month in Berlin, from 31 January 2027 unless said otherwise."""
    made: dict[str, Any] = {"zone": "Europe/Berlin", "amount_minor": 120_000, "currency": "EUR", **values}
    return RetainerTerms(anchor_on=anchor_on, **made)


def make_retainer(session: Session, studio: Studio, *, terms: RetainerTerms | None = None, **values: Any) -> Retainer:
    """Ada's care plan, with every period still to be billed."""
    now = values.pop("now", None) or clock.now()
    made: dict[str, Any] = {
        "engagement_id": studio.engagement_id,
        "contact_id": studio.contact_id,
        "name": "Care plan",
        "terms": terms or care_terms(),
        "tax_rates_mpct": (19000,),
        "bills_past": True,
        **values,
    }
    return start_retainer(session, RetainerDraft(**made), now=now)


def make_card(session: Session, studio: Studio, *, consented_at: datetime | None = None, **values: Any) -> SavedMethod:
    """A card that Ada lets the studio charge."""
    made: dict[str, Any] = {
        "id": "smd_1",
        "contact_id": studio.contact_id,
        "provider": "stripe",
        "customer_ref": "cus_1",
        "method_ref": "pm_1",
        "label": "Visa •••• 4242",
        "consented_at": consented_at or clock.now(),
        **values,
    }
    method = SavedMethod(**made)
    session.add(method)
    session.flush()
    return method
