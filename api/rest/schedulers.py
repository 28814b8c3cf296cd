"""Kinds of calls that clients can book, and their free slots."""

from api.routing import Router

router = Router("schedulers")
