"""Pictures that are enclosed in a letter."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A picture that is enclosed in the letter instead of hosted on the web."""

    url: str  # its URL in the edition's HTML
    name: str  # a file name, ASCII
    data: bytes  # PNG or JPEG

    @property
    def content_id(self) -> str:
        """The Content-ID of the picture (RFC 2392): the same for the same content."""
        return f"{hashlib.sha256(self.data).hexdigest()[:24]}.{self.name}"
