"""What comes back of people who were erased meanwhile: it says that, and nothing of them."""

from collections.abc import Sequence
from dataclasses import replace

from newsletter.app.site import Site
from newsletter.desk.erasing_texts import all_texts_of
from newsletter.feedback.event import Event
from newsletter.subscribers.traces import Sought


class ErasedPeople:
    """Those who are erased when reading begins; their addresses are known by hashes alone."""

    def __init__(self, site: Site) -> None:
        """Look them up."""
        self._sought: Sequence[Sought] = site.records.erasing().gone()

    def are_in(self, event: Event, content: bytes) -> bool:
        """Return whether a mail, or what is said of it, names one of them."""
        if not self._sought:
            return False
        said = f"{event.words}\n{event.sender}\n{event.subject}"
        return self._name_one(said) or any(map(self._name_one, all_texts_of(content)))

    def _name_one(self, text: str) -> bool:
        return any(one.is_in(text) for one in self._sought)


def without_words(event: Event) -> Event:
    """
    Return an event without what the mail says.

    A server may say the name beside the address, and no hash finds a name.
    """
    return replace(event, words="", sender="", subject="")
