"""The record of facts, to read."""

from api.routing import Router

router = Router("events")
