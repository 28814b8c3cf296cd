"""Invoices."""

from api.routing import Router
from models.types.principals import Door

router = Router("invoices", Door.MEMBER, prefix="")
