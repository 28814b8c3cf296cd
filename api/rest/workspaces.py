"""The workspace's own settings."""

from api.routing import Router

router = Router("workspaces")
