"""Payments and the ledger."""

from api.routing import Router
from models.types.principals import Door

router = Router("payments", Door.MEMBER, prefix="")
