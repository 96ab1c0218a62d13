"""Numbers and lists in words, for every room above the desk."""

from typing import Final

from newsletter.issue.since import Since

FILES_NAMED: Final = 5  # in one line; of more the count is said


def readers(count: int) -> str:
    """Count readers in words: 1 reader, 2 readers."""
    return f"{count:,} reader" if count == 1 else f"{count:,} readers"


def letters(count: int) -> str:
    """Count letters in words: 1 letter, 2 letters."""
    return f"{count:,} letter" if count == 1 else f"{count:,} letters"


def rehearsed_letters(count: int) -> str:
    """Count them in words: 1 rehearsed letter, 2 rehearsed letters."""
    return f"{count:,} rehearsed letter" if count == 1 else f"{count:,} rehearsed letters"


def describe_since(since: Since) -> str:
    """Name in one line the files that say something else since; empty if none does."""
    named = [
        *([f"issues/{since.issue} (the folder is gone)"] if since.is_gone else []),
        *since.changed,
        *(f"{place} (gone)" for place in since.missing),
        *(f"{place} (cannot be read)" for place in since.broken),
        *(f"{place} (new)" for place in since.added),
    ]
    rest = len(named) - FILES_NAMED
    return ", ".join(named[:FILES_NAMED]) + (f" and {rest} more" if rest > 0 else "")
