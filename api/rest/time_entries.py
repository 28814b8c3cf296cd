"""Timers and logged time."""

from api.routing import Router

router = Router("time_entries")
