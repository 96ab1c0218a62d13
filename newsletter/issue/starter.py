"""Writes the skeleton of a new issue, and a whole new site; never over what is there."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

from newsletter.errors import UsageError
from newsletter.issue.reading import check_issue_id

STARTER: Final = Path(__file__).parent / "starter"


def start_issue(root: Path, issue_id: str, today: date) -> list[Path]:
    """
    Write issues/ISSUE with one article to fill in.

    Args:
        root: the site root.
        issue_id: a year and a month: 2022-09.
        today: stands in issue.yaml if it lies in that month, else the month's first day.

    Returns:
        The files written, in the order to open them.

    Raises:
        UsageError: *issue_id* is no month, the issue is there already, *root* has no
            publication, or a file cannot be written.
    """
    year, month = check_issue_id(issue_id)
    if not (root / "issues" / "publication.yaml").exists():
        msg = (
            f"{root / 'issues'}: no publication.yaml is here; go to your site's folder, "
            "or start a site with 'newsletter init DIR'"
        )
        raise UsageError(msg)
    folder = root / "issues" / issue_id
    if folder.exists():
        msg = f"issues/{issue_id}: is there already; edit the files in it"
        raise UsageError(msg)
    day = today if (today.year, today.month) == (year, month) else date(year, month, 1)
    return _copy(STARTER / "issue", folder, {"DATE": day.isoformat()})


def start_site(folder: Path, env_example: str, issue_id: str, today: date) -> list[Path]:
    """
    Write a new site: publication, settings, readers, and an issue that composes at once.

    Args:
        folder: made if it is missing; must be empty.
        env_example: the text of .env.example.
        issue_id: the first issue's month.
        today: as in `start_issue`.

    Raises:
        UsageError: *folder* holds something already, or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        msg = f"{folder}: is there already and not empty; name a folder that does not exist yet"
        raise UsageError(msg)
    written = _copy(STARTER / "site", folder, {})
    _write(folder / ".env.example", env_example.encode())
    _write(folder / ".gitignore", b"build/\noutbox/\nnewsletter.db*\n.env\n.secret-key\n")
    return written + start_issue(folder, issue_id, today)


def _copy(source: Path, target: Path, values: Mapping[str, str]) -> list[Path]:
    written = []
    for path in sorted(source.rglob("*")):
        if path.is_dir():
            continue
        data = path.read_bytes()
        for name, value in values.items():
            data = data.replace(f"%{name}%".encode(), value.encode())
        copy = target / path.relative_to(source)
        _write(copy, data)
        written.append(copy)
    return written


def _write(path: Path, data: bytes) -> None:
    """Write a new file; "x" refuses one that appeared since we looked."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(data)
    except OSError as error:
        msg = f"{path}: cannot be written ({error.strerror}); nothing was overwritten"
        raise UsageError(msg) from error
