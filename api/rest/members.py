"""People of the studio."""

from api.routing import Router

router = Router("members")
