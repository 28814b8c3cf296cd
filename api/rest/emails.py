"""Mail that left or will leave."""

from api.routing import Router

router = Router("emails")
