"""What is said about a thing."""

from api.routing import Router

router = Router("comments")
