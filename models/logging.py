"""Structured logs: one JSON object a line, or coloured lines on a terminal in development.

Whatever `bind` was told (workspace, workflow, request) stands on every later line of the same request or task.
"""

import logging
import sys

import structlog
from structlog.typing import Processor

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
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_renderers(json_lines)))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module; events are short past-tense names, everything else goes into fields."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def bind(*, workspace_id: str | None = None, workflow_id: str | None = None, request_id: str | None = None) -> None:
    """Put these on every later line of this request or task; `None` leaves what is there."""
    given = {"workspace_id": workspace_id, "workflow_id": workflow_id, "request_id": request_id}
    structlog.contextvars.bind_contextvars(**{name: value for name, value in given.items() if value is not None})


def clear() -> None:
    """Forget what was bound; called when a request begins."""
    structlog.contextvars.clear_contextvars()


def _renderers(json_lines: bool) -> list[Processor]:
    if json_lines:
        last: list[Processor] = [_TRACEBACKS, structlog.processors.JSONRenderer()]
    else:
        last = [structlog.dev.ConsoleRenderer()]
    return [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
