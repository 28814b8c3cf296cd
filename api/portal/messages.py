"""The client's conversation with the studio."""

from api.routing import Router
from models.types.principals import Door

router = Router("messages", Door.PORTAL)
