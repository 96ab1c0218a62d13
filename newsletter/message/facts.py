"""The sender's data in every letter of a publication, in its header and its links."""

from dataclasses import dataclass

from newsletter.issue.issue import ByLang, Publication


@dataclass(frozen=True, slots=True)
class SenderFacts:
    """The sender and the list; the fields have the same names as in `Publication`."""

    name: ByLang  # the publication's name
    sender_name: ByLang  # the From display name
    sender_address: str
    reply_to: str | None
    email: str  # the address for help
    list_id: str  # RFC 2919
    sender_id: str  # Feedback-ID's last field


def facts_of(publication: Publication) -> SenderFacts:
    """Return the publication's data for headers and links of letters."""
    return SenderFacts(
        publication.name,
        publication.sender_name,
        publication.sender_address,
        publication.reply_to,
        publication.email,
        publication.list_id,
        publication.sender_id,
    )
