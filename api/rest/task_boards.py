"""Boards and groups of a project's tasks."""

from api.routing import Router

router = Router("task_boards")
