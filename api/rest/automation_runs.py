"""Runs of automations."""

from api.routing import Router

router = Router("automation_runs")
