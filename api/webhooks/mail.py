"""Replies by mail. Verify, store, answer."""

from api.routing import Router
from models.types.principals import Door

router = Router("mail", Door.PUBLIC)
