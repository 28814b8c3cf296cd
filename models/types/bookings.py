"""Bookings: their states."""

from enum import StrEnum


class BookingStatus(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    HELD = "held"
    CANCELED = "canceled"
