"""Projects and their people."""

from api.routing import Router

router = Router("projects")
