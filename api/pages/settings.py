"""The studio: brand, people, keys."""

from api.routing import Router
from models.types.principals import Door

router = Router("settings", Door.MEMBER, prefix="")
