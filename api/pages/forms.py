"""The form editor and its submissions."""

from api.routing import Router
from models.types.principals import Door

router = Router("forms", Door.MEMBER, prefix="")
