"""Calendars whose busy times block slots."""

from api.routing import Router

router = Router("calendar_connections")
