"""The client's invoices, and paying them."""

from api.routing import Router
from models.types.principals import Door

router = Router("invoices", Door.PORTAL)
