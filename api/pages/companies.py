"""Companies."""

from api.routing import Router
from models.types.principals import Door

router = Router("companies", Door.MEMBER, prefix="")
