"""Who a contact works for."""

from api.routing import Router

router = Router("companies")
