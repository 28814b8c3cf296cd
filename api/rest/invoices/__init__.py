"""Invoices as JSON: documents.py the documents and their lines, actions.py what is done with them, money.py paying."""

from api.rest.invoices.actions import router as actions_router
from api.rest.invoices.documents import router
from api.rest.invoices.money import router as money_router

__all__ = ["actions_router", "money_router", "router"]
