"""What happened that concerns me."""

from api.routing import Router
from models.types.principals import Door

router = Router("notifications", Door.MEMBER, prefix="")
