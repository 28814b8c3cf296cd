"""The users' rules: drawings, versions, publishing."""

from api.routing import Router

router = Router("automations")
