"""How commands show things on a terminal."""

from pathlib import Path


def shown_path(path: Path) -> str:
    """Return *path* as a person in the current folder would write it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
