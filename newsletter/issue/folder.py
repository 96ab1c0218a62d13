"""The only module that opens issue files: reads only files below the site root."""

import unicodedata
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Final

from newsletter.files import NotAFileError, read_regular_file, reason_of
from newsletter.issue.fields import Fields
from newsletter.issue.front_matter import FrontMatter, read_front_matter
from newsletter.issue.pictures import BYTES_MAX, Picture, check_picture
from newsletter.issue.problems import Problems
from newsletter.issue.text_file import decode_text
from newsletter.issue.yaml_fields import read_fields
from newsletter.phrases import Phrase, phrase

TEXT_BYTES_MAX: Final = 256 * 1024
IGNORED: Final = ("Thumbs.db", "desktop.ini", "Icon\r")


class Folder:
    """A folder of the site; names are compared in NFC, although the disk may store NFD."""

    # Large because only this class opens issue files: each kind of file has its method, with checks
    # that all of them share.

    def __init__(
        self, root: Path, path: Path, problems: Problems, read: dict[str, str] | None = None
    ) -> None:
        """
        Prepare a folder; nothing is opened yet.

        Args:
            root: the site root, absolute.
            path: the folder, below the root.
            problems: collects the problems of the files.
            read: collects the SHA-256 of each file that is read, by its place.
        """
        self._root = root
        self._path = path
        self._problems = problems
        self._read = {} if read is None else read
        self._pictures: dict[str, Picture] = {}

    @property
    def place(self) -> str:
        """The folder relative to the site root, for messages."""
        return _place(self._path, self._root)

    def exists(self) -> bool:
        """Whether the folder exists."""
        return self._path.is_dir()

    def names(self) -> list[str]:
        """Return the names in the folder, in NFC and sorted, without hidden files."""
        return sorted(
            name for name in self._entries if not name.startswith(".") and name not in IGNORED
        )

    def has_folder(self, name: str) -> bool:
        """Whether *name* is a folder inside this one."""
        path = self._find(name)
        return path is not None and path.is_dir()

    def inner(self, name: str) -> "Folder":
        """Return the folder *name* inside this one."""
        path = self._find(name) or self._path / name
        return Folder(self._root, path, self._problems, self._read)

    def fields(self, name: str) -> Fields | None:
        """Read a YAML file's fields; on a fault record a problem and return None."""
        text = self._text(name)
        return None if text is None else read_fields(text, self._place_of(name), 1, self._problems)

    def front_matter(self, name: str) -> FrontMatter | None:
        """Read a Markdown file with its front matter; on a fault record a problem."""
        text = self._text(name)
        if text is None:
            return None
        return read_front_matter(text, self._place_of(name), self._problems)

    def picture(self, name: str, named_at: tuple[str, int]) -> Picture | None:
        """Read and check the picture *name*; problems are recorded at *named_at*."""
        name = unicodedata.normalize("NFC", name)
        picture = self._pictures.get(name) or self._read_picture(name, named_at)
        if picture:
            self._pictures[name] = picture
        return picture

    def _read_picture(self, name: str, named_at: tuple[str, int]) -> Picture | None:
        if "/" in name or "\\" in name or name in ("", ".", ".."):
            self._problems.add(
                *named_at, phrase("issue.image-outside-folder", name=name, folder=self.place)
            )
            return None
        path = self._find(name)
        if path is None or not path.exists():
            self._problems.add(*named_at, self._no_picture(name))
            return None
        if not path.resolve().is_relative_to(self._path.resolve()):
            self._problems.add(*named_at, phrase("issue.image-is-link", name=name))
            return None
        size = path.stat().st_size
        if size > BYTES_MAX:
            message = phrase("issue.image-too-heavy", name=name, size=size / 2**20)
            self._problems.add(*named_at, message)
            return None
        data = self._bytes(path, named_at)
        if data is None:
            return None
        return check_picture(data, self._place_of(name), named_at, self._problems)

    def _no_picture(self, name: str) -> Phrase:
        others = [other for other in self.names() if other != name]
        if near := get_close_matches(name, others, n=1):
            return phrase("issue.image-misspelt", name=name, near=near[0])
        return phrase("issue.image-missing", name=name, folder=self.place)

    def _text(self, name: str) -> str | None:
        place = self._place_of(name)
        path = self._find(name)
        if path is None or not path.exists():
            if not self._is_elsewhere(self._path):
                self._problems.add(place, None, phrase("issue.file-missing"))
            return None
        if self._is_elsewhere(path):
            self._problems.add(place, None, phrase("issue.file-is-link"))
            return None
        if path.stat().st_size > TEXT_BYTES_MAX:
            self._problems.add(place, None, phrase("issue.file-too-long"))
            return None
        data = self._bytes(path, (place, None))
        return None if data is None else decode_text(data, place, self._problems)

    def _bytes(self, path: Path, named_at: tuple[str, int | None]) -> bytes | None:
        try:
            data = read_regular_file(path)
        except NotAFileError as error:
            message = phrase("issue.no-regular-file", name=path.name, fault=error.said)
            self._problems.add(*named_at, message)
            return None
        except OSError as error:
            message = phrase("issue.file-unreadable", name=path.name, fault=reason_of(error))
            self._problems.add(*named_at, message)
            return None
        self._read[_place(path, self._root)] = sha256(data).hexdigest()
        return data

    def _find(self, name: str) -> Path | None:
        return self._entries.get(name)

    @cached_property
    def _entries(self) -> Mapping[str, Path]:
        """The folder's entries by NFC name (macOS and some archives store NFD)."""
        entries: dict[str, Path] = {}
        if self._is_elsewhere(self._path):
            self._problems.add(self.place, None, phrase("issue.folder-is-link"))
            return entries
        try:
            found = sorted(self._path.iterdir()) if self._path.is_dir() else []
        except OSError as error:
            message = phrase("issue.folder-unreadable", fault=reason_of(error))
            self._problems.add(self.place, None, message)
            return entries
        for entry in found:
            name = unicodedata.normalize("NFC", entry.name)
            if name in entries:
                self._problems.add(self._place_of(name), None, phrase("issue.name-twice"))
            entries.setdefault(name, entry)
        return entries

    def _is_elsewhere(self, path: Path) -> bool:
        try:
            return not path.resolve().is_relative_to(self._root.resolve())
        except (OSError, RuntimeError):  # a symbolic link that points to itself
            return True

    def _place_of(self, name: str) -> str:
        return f"{self.place}/{name}"


def _place(path: Path, root: Path) -> str:
    return unicodedata.normalize("NFC", path.relative_to(root).as_posix())
