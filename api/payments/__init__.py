"""Taking money: everything that speaks to a payment provider on behalf of an invoice.

gateways.py chooses the provider, tills.py opens short transactions around slow calls, checkouts.py sends a payer to the
provider's page, settling.py asks what became of it, saved_cards.py charges while the payer is away, refunds.py gives back,
webhook_events.py takes what providers tell.
"""

from api.payments.checkouts import begin_checkout, close_live_checkout
from api.payments.gateways import offered_provider
from api.payments.refunds import begin_refund, carry_out_refund, refund_payment
from api.payments.saved_cards import charge_saved_card
from api.payments.settling import reconcile_invoice, settle_payment
from api.payments.tills import Till
from api.payments.webhook_events import receive_event

__all__ = [
    "Till",
    "begin_checkout",
    "begin_refund",
    "carry_out_refund",
    "charge_saved_card",
    "close_live_checkout",
    "offered_provider",
    "receive_event",
    "reconcile_invoice",
    "refund_payment",
    "settle_payment",
]
