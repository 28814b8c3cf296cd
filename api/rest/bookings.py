"""Booked calls."""

from api.routing import Router

router = Router("bookings")
