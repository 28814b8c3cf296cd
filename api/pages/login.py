"""Signing in, out, and a forgotten password."""

from api.routing import Router
from models.types.principals import Door

router = Router("login", Door.MEMBER, prefix="")
