"""The client's view of a proposal: read, ask, sign, decline."""

from api.routing import Router
from models.types.principals import Door

router = Router("proposals", Door.PORTAL)
