"""Pictures that travel with a letter."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A picture that is sent along with the letter instead of lying on the web."""

    url: str  # what the edition's HTML names it by
    name: str  # a file name, ASCII
    data: bytes  # PNG or JPEG

    @property
    def content_id(self) -> str:
        """Name the picture inside the letter (RFC 2392): the same for the same content."""
        return f"{hashlib.sha256(self.data).hexdigest()[:24]}.{self.name}"
