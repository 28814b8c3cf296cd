"""Projects, their boards and templates."""

from api.routing import Router
from models.types.principals import Door

router = Router("projects", Door.MEMBER, prefix="")
