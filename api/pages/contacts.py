"""Contacts and their whole story."""

from api.routing import Router
from models.types.principals import Door

router = Router("contacts", Door.MEMBER, prefix="")
