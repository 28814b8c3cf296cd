"""Stripe's events. Verify, store, answer."""

from api.routing import Router
from models.types.principals import Door

router = Router("stripe", Door.PUBLIC)
