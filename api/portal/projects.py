"""The client's half of their projects."""

from api.routing import Router
from models.types.principals import Door

router = Router("projects", Door.PORTAL)
