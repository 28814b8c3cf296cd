"""Retainers."""

from api.routing import Router
from models.types.principals import Door

router = Router("retainers", Door.MEMBER, prefix="")
