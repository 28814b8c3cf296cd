"""Answers to forms."""

from api.routing import Router

router = Router("submissions")
