"""Proposals: draft, send, accept, decline."""

from api.routing import Router

router = Router("proposals")
