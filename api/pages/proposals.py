"""Proposals and their templates."""

from api.routing import Router
from models.types.principals import Door

router = Router("proposals", Door.MEMBER, prefix="")
