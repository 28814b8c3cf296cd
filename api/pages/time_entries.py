"""The timer and timesheets."""

from api.routing import Router
from models.types.principals import Door

router = Router("time_entries", Door.MEMBER, prefix="")
