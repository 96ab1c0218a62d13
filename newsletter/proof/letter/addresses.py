"""Addresses in a finished letter: a template may print anything as an address."""

from urllib.parse import SplitResult, unquote, urlsplit


def split_address(address: str) -> SplitResult | None:
    """Cut an address into its parts; None: it is none, such as ``http://[x`` or with a ＠."""
    try:
        parts = urlsplit(address)
        parts.hostname, parts.port  # noqa: B018 - both are cut when they are asked for
    except ValueError:
        return None
    return parts


def shown_address(address: str) -> str:
    """Return an address without a password in it: findings are passed on."""
    parts = split_address(address)
    if parts is None:
        return unquote(address).replace("＠", "@").rpartition("@")[2]
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{'…@' if '@' in parts.netloc else ''}{host}{parts.path}"
