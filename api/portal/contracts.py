"""The client's contracts."""

from api.routing import Router
from models.types.principals import Door

router = Router("contracts", Door.PORTAL)
