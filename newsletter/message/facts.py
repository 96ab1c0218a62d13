"""What every letter of a publication says of its sender, in its header and its links."""

from dataclasses import dataclass

from newsletter.issue.issue import ByLang, Publication


@dataclass(frozen=True, slots=True)
class SenderFacts:
    """Who sends, and of which list; the fields are named as in `Publication`."""

    name: ByLang  # the publication's
    sender_name: ByLang  # the From display name
    sender_address: str
    reply_to: str | None
    email: str  # where people write to for help
    list_id: str  # RFC 2919
    sender_id: str  # Feedback-ID's last field


def facts_of(publication: Publication) -> SenderFacts:
    """Take from a publication what its letters' headers and links say."""
    return SenderFacts(
        publication.name,
        publication.sender_name,
        publication.sender_address,
        publication.reply_to,
        publication.email,
        publication.list_id,
        publication.sender_id,
    )
