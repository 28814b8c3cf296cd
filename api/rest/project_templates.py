"""What new projects start from."""

from api.routing import Router

router = Router("project_templates")
