"""Payments, refunds, receipts and the ledger."""

from api.routing import Router

router = Router("payments")
