"""What a member should see."""

from api.routing import Router

router = Router("notifications")
