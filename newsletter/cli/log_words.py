"""Log messages of other rooms for operators, in the operator's language."""

import logging

from newsletter.cli.wording import say
from newsletter.phrases import Phrase


class InWords(logging.Formatter):
    """Translates a logged phrase into the operator's language."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Return the message in the operator's language, in the form of the handler."""
        if isinstance(record.msg, Phrase):
            record.message = say(record.msg)
        return super().formatMessage(record)


def word_notices() -> None:
    """Write log messages in the operator's language, unless logging is configured elsewhere."""
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(InWords())
