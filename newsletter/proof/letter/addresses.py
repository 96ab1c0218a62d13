"""Parsing of addresses (URLs) in a finished letter; a template may print any text as one."""

from urllib.parse import SplitResult, unquote, urlsplit


def split_address(address: str) -> SplitResult | None:
    """Split an address into its parts; None if it is invalid, such as ``http://[x`` or with ＠."""
    try:
        parts = urlsplit(address)
        parts.hostname, parts.port  # noqa: B018 - both properties parse on access
    except ValueError:
        return None
    return parts


def shown_address(address: str) -> str:
    """Return an address without its password: findings are shown to other people."""
    parts = split_address(address)
    if parts is None:
        return unquote(address).replace("＠", "@").rpartition("@")[2]
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{'…@' if '@' in parts.netloc else ''}{host}{parts.path}"
