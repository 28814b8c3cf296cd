"""The inbox: channels and talks with clients."""

from api.routing import Router

router = Router("conversations")
