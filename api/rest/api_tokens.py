"""Keys for programs."""

from api.routing import Router

router = Router("api_tokens")
