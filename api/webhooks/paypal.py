"""PayPal's events. Verify, store, answer."""

from api.routing import Router
from models.types.principals import Door

router = Router("paypal", Door.PUBLIC)
