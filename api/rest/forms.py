"""Forms and their versions."""

from api.routing import Router

router = Router("forms")
