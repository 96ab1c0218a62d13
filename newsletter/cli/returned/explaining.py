"""Explains mails by what a site knows of its letters, and without it where that has a fault."""

from io import SEEK_END
from typing import BinaryIO

from newsletter.app.site import Site
from newsletter.cli.wording import _, say
from newsletter.desk.feedback import Explained, FeedbackDesk
from newsletter.desk.feedback_events import make_event
from newsletter.errors import NewsletterError
from newsletter.feedback.effects import About, decide
from newsletter.feedback.inbox import READ_MAX, Arrived


class Explainer:
    """Explains mails; the database stays as it is, also if it is of another version."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._desk = FeedbackDesk(site)
        self.fault = ""  # why nothing can be proven; "": nothing keeps it from being proven

    def explain(self, mail: BinaryIO) -> Explained:
        """
        Say what a mail is and what reading it would do.

        Raises:
            OSError: the file cannot be read.
        """
        if not self.fault:
            try:
                return self._desk.explain_file(mail)
            except NewsletterError as error:
                self.fault = say(error.phrase)
            except Exception as error:
                if not type(error).__module__.startswith("sqlalchemy."):
                    raise
                self.fault = _(
                    "the database cannot be used ({cause}); repair it, then see 'newsletter "
                    "status'",
                    cause=getattr(error, "orig", None) or type(error).__name__,
                )
            mail.seek(0)
        return self._explain_alone(mail)

    def _explain_alone(self, mail: BinaryIO) -> Explained:
        """Explain a mail by itself: nothing is proven."""
        content = mail.read(READ_MAX)
        arrived = Arrived("", content, mail.seek(0, SEEK_END))
        event = make_event(arrived, None, self._site.clock())
        return Explained(event, decide(event.understood, About()))
