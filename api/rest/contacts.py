"""People we deal with."""

from api.routing import Router

router = Router("contacts")
