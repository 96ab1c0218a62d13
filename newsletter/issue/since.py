"""Finds the files that changed after an issue was composed from them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from newsletter.files import read_regular_file
from newsletter.lang import Lang

SUFFIXES: Final = (".j2", ".css", ".yaml")  # of templates


@dataclass(frozen=True, slots=True)
class Since:
    """The changes of the files; all empty if nothing changed."""

    issue: str
    is_gone: bool  # whether the issue's folder is missing
    changed: Sequence[str] = ()  # places of changed files
    missing: Sequence[str] = ()
    broken: Sequence[str] = ()  # places of files that cannot be read
    added: Sequence[str] = ()

    def __bool__(self) -> bool:
        return self.is_gone or bool(self.changed or self.missing or self.broken or self.added)


def look_since(root: Path, issue: str, files: Mapping[str, str]) -> Since:
    """
    Compare an issue's files with their contents when they were read; composes nothing.

    Args:
        root: the site root.
        issue: the issue's name.
        files: the SHA-256 of each file that was read, by its place below *root*.
    """
    own = f"issues/{issue}/"
    is_gone = not (root / own).is_dir()
    found: dict[str, list[str]] = {"changed": [], "missing": [], "broken": []}
    for place, before in sorted(files.items()):
        if is_gone and place.startswith(own):
            continue  # reported by the folder
        path = root / place
        try:
            if sha256(read_regular_file(path)).hexdigest() != before:
                found["changed"].append(place)
        except FileNotFoundError:
            found["missing"].append(place)
        except OSError:
            found["broken"].append(place)
    found["added"] = list(_find_added(root, own, files))
    return Since(issue, is_gone, **{name: tuple(places) for name, places in found.items()})


def _find_added(root: Path, own: str, files: Mapping[str, str]) -> Iterator[str]:
    """Yield new texts and templates; new pictures are referred to by changed texts."""
    texts = [path for lang in Lang for path in (root / own).glob(f"*/{lang}.md")]
    templates = [path for path in (root / "templates").rglob("*") if path.suffix in SUFFIXES]
    for path in sorted([*texts, *templates]):
        place = path.relative_to(root).as_posix()
        if place not in files and not path.name.startswith(".") and path.is_file():
            yield place
