"""Tasks: board moves, details, comments."""

from api.routing import Router
from models.types.principals import Door

router = Router("tasks", Door.MEMBER, prefix="")
