"""The calendar of booked calls, and schedulers."""

from api.routing import Router
from models.types.principals import Door

router = Router("bookings", Door.MEMBER, prefix="")
