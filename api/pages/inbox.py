"""Conversations."""

from api.routing import Router
from models.types.principals import Door

router = Router("inbox", Door.MEMBER, prefix="")
