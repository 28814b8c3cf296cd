"""Legal documents and their signing."""

from api.routing import Router

router = Router("contracts")
