"""What new proposals start from."""

from api.routing import Router

router = Router("proposal_templates")
