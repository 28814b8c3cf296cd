"""The public page of a form."""

from api.routing import Router
from models.types.principals import Door

router = Router("forms", Door.PUBLIC)
