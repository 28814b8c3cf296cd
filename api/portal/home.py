"""The client's overview, and signing in by a one-time link."""

from api.routing import Router
from models.types.principals import Door

router = Router("home", Door.PORTAL)
