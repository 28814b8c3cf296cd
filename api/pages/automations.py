"""Automations, their runs and the builder's page."""

from api.routing import Router
from models.types.principals import Door

router = Router("automations", Door.MEMBER, prefix="")
