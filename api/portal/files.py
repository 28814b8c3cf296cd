"""Files shared with the client, and uploads."""

from api.routing import Router
from models.types.principals import Door

router = Router("files", Door.PORTAL)
