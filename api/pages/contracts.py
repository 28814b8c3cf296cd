"""Contracts and their templates."""

from api.routing import Router
from models.types.principals import Door

router = Router("contracts", Door.MEMBER, prefix="")
