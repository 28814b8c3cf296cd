"""Retainers as JSON: agreements.py the agreements and their changes, periods.py their periods and money."""

from api.rest.retainers.agreements import router
from api.rest.retainers.periods import router as periods_router

__all__ = ["periods_router", "router"]
