"""Work bought by the period."""

from api.routing import Router

router = Router("retainers")
