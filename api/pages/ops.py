"""What waits, what is stuck, repair."""

from api.routing import Router
from models.types.principals import Door

router = Router("ops", Door.MEMBER, prefix="")
