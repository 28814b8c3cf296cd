"""Booking a call: the public page of a scheduler, reschedule, cancel."""

from api.routing import Router
from models.types.principals import Door

router = Router("bookings", Door.PUBLIC)
