"""How Earshot logs: names and ids on standard error, readable on a terminal and JSON lines elsewhere."""

import logging
import sys

import structlog

from domain.errors import WrongUse


def configure_logs(*, level: str = "INFO") -> None:
    """Send every log of ours and the vendors' warnings to standard error, in one form."""
    levels = logging.getLevelNamesMapping()
    if level.upper() not in levels:
        raise WrongUse(f"There is no log level {level!r}; use DEBUG, INFO, WARNING or ERROR.")
    numeric = levels[level.upper()]
    # Below WARNING the vendors log tokens, queries and posts: whatever our own level is, theirs stays there.
    logging.getLogger().setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)  # the schedule itself says once that a job fails
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=True) if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    )
    stamped: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    vendors = logging.StreamHandler(sys.stderr)
    vendors.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*stamped, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=max(numeric, logging.WARNING), handlers=[vendors])
    structlog.configure(
        processors=[*stamped, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
