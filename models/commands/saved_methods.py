"""Cards kept by the provider: with the client's consent only, and only as a reference here."""

from datetime import datetime

from sqlmodel import Session, select

from models.ids import new_id
from models.tables.payments import Payment, SavedMethod
from models.types.payments import Charge


def keep_method(session: Session, payment: Payment, contact_id: str, charge: Charge, *, now: datetime) -> SavedMethod | None:
    """The saved method behind a charge, made when it is new; None when the provider kept none."""
    if not charge.method_ref or not charge.customer_ref:
        return None
    wanted = select(SavedMethod).where(SavedMethod.provider == payment.provider, SavedMethod.method_ref == charge.method_ref)
    method = session.exec(wanted).one_or_none()
    if method is None:
        method = SavedMethod(
            id=new_id("sm"),
            contact_id=contact_id,
            provider=payment.provider,
            customer_ref=charge.customer_ref,
            method_ref=charge.method_ref,
            consented_at=now,
        )
    method.label = charge.card_label or method.label
    session.add(method)
    session.flush()
    return method


def remove_method(session: Session, method: SavedMethod, *, now: datetime) -> None:
    """Never charge this method again. Twice is once."""
    method.removed_at = method.removed_at or now
    session.add(method)
