"""Invoices: draft, issue, send, void."""

from api.routing import Router

router = Router("invoices")
