"""Lists of tags, as DKIM keys, DMARC and TLS-RPT records are written: ``v=DMARC1; p=none``."""

from collections.abc import Mapping


def read_tags(text: str) -> Mapping[str, str]:
    """
    Read tags and their values, in order (RFC 6376, section 3.2); the first of one name counts.

    What is not a tag, because it has no =, is left out.
    """
    tags: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            tags.setdefault(name.strip(), value.strip())
    return tags


def first_tag(text: str) -> tuple[str, str]:
    """Return name and value of the first tag; a version has to be there."""
    name, _, value = text.partition(";")[0].partition("=")
    return name.rstrip(), value.strip()
