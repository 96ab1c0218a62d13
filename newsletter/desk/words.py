"""Numbers in words, for every room above the desk."""


def readers(count: int) -> str:
    """Count readers in words: 1 reader, 2 readers."""
    return f"{count:,} reader" if count == 1 else f"{count:,} readers"


def rehearsed_letters(count: int) -> str:
    """Count them in words: 1 rehearsed letter, 2 rehearsed letters."""
    return f"{count:,} rehearsed letter" if count == 1 else f"{count:,} rehearsed letters"
