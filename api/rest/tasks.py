"""Tasks."""

from api.routing import Router

router = Router("tasks")
