"""Engagements and what they wait for."""

from api.routing import Router

router = Router("engagements")
