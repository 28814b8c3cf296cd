"""Engagements: the list, and the thread of one."""

from api.routing import Router
from models.types.principals import Door

router = Router("engagements", Door.MEMBER, prefix="")
