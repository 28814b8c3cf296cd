"""Jump to any record."""

from api.routing import Router
from models.types.principals import Door

router = Router("search", Door.MEMBER, prefix="")
