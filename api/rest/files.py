"""Files, private unless shared."""

from api.routing import Router

router = Router("files")
