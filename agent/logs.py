"""Structured logs: to the terminal, and to files that rotate by size; secrets are taken out first."""

import logging
import logging.handlers
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

import structlog

from memory.private import inner_folder
from tools.values.redact import redact

MOST_BYTES = 5_000_000
KEPT = 5


def _redacted(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {
        name: redact(value) if isinstance(value, str) else value for name, value in event.items()
    }


def set_up(data_dir: Path, *, level: str = "INFO", quiet: bool = False) -> None:
    """JSON lines into `logs/friday.log`; warnings and worse also to the terminal."""
    folder = inner_folder(data_dir / "logs")
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redacted,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
    )
    rotating = logging.handlers.RotatingFileHandler(
        folder / "friday.log", maxBytes=MOST_BYTES, backupCount=KEPT, encoding="utf-8"
    )
    rotating.setFormatter(formatter)
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setLevel(logging.ERROR if quiet else logging.WARNING)
    terminal.setFormatter(formatter)
    root = logging.getLogger()
    for earlier in root.handlers:
        if isinstance(earlier, logging.handlers.RotatingFileHandler):
            earlier.close()
    root.handlers = [rotating, terminal]
    root.setLevel(level)
    # These say something about every request or statement, which the audit trail says better.
    for name in ("uvicorn.access", "httpx", "sqlalchemy", "alembic", "dbos"):
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
