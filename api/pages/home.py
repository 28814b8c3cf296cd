"""The first screen: what needs me, what waits on clients, money."""

from api.routing import Router
from models.types.principals import Door

router = Router("home", Door.MEMBER, prefix="")
