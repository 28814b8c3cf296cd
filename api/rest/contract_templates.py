"""What new contracts start from."""

from api.routing import Router

router = Router("contract_templates")
