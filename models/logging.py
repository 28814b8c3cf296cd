"""Structured logs: one JSON object a line, or coloured lines on a terminal in development.

Whatever `bind` was told (workspace, workflow) stands on every later line of the same request or activity.
"""

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor

# Local variables carry tokens and clients' data: they never go into a log.
_TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
_NOISY = ("httpx", "httpx2", "httpcore", "uvicorn.access", "urllib3", "fontTools", "weasyprint")


def configure(*, level: str = "INFO", json_lines: bool = True) -> None:
    """Send structlog and the standard library's loggers through one renderer to standard error. Safe to repeat."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=[*shared, *_EXTRAS], processors=_renderers(json_lines))
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module; events are short past-tense names, everything else goes into fields."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def bind(*, workspace_id: str | None = None, workflow_id: str | None = None) -> None:
    """Put these on every later line of this request or activity; `None` leaves what is there.

    Each request and each activity is a task of its own, so nothing of one is left for the next.
    """
    given = {"workspace_id": workspace_id, "workflow_id": workflow_id}
    structlog.contextvars.bind_contextvars(**{name: value for name, value in given.items() if value is not None})


def _name_workflow(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Temporal hands its loggers a dictionary about the workflow or activity: of it the workflow's id stays."""
    for about in ("temporal_workflow", "temporal_activity"):
        facts = event.pop(about, None)
        if facts:
            event["workflow_id"] = facts["workflow_id"]
    event.pop("color_message", None)  # uvicorn's message once more, for a terminal
    return event


_EXTRAS: tuple[Processor, ...] = (structlog.stdlib.ExtraAdder(), _name_workflow)
"""What lines of the standard loggers carry besides their words."""


def _renderers(json_lines: bool) -> list[Processor]:
    if json_lines:
        last: list[Processor] = [_TRACEBACKS, structlog.processors.JSONRenderer()]
    else:
        last = [structlog.dev.ConsoleRenderer()]
    return [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
