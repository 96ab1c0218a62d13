"""A visit to the pictures of an issue at the public address, as mail programs ask for them."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic
from typing import Final

import requests

from newsletter.delivery.trust import explain_tls, make_tls
from newsletter.delivery.web_session import open_web_session
from newsletter.phrases import Said, phrase

PATIENCE_S: Final = 5.0
LONGEST_S: Final = 20.0  # for all of them
AT_ONCE: Final = 6
GONE: Final = (404, 410)
# Type and first octets, by the ending of the name.
KINDS: Final = {
    "png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    "jpg": ("image/jpeg", b"\xff\xd8\xff"),
    "jpeg": ("image/jpeg", b"\xff\xd8\xff"),
}


@dataclass(frozen=True, slots=True)
class PictureFault:
    """Why readers may not see a picture."""

    said: Said
    is_certain: bool  # it would be the same for every reader
    is_there: bool = False  # something answers at the address


def visit_pictures(
    base: str, paths: Sequence[str], certificates: str = ""
) -> Mapping[str, PictureFault | None]:
    """
    Ask for each picture; None for one that is there with its type.

    Args:
        base: the public address.
        paths: below it.
        certificates: PEM, trusted in addition.
    """
    ends_at = monotonic() + LONGEST_S

    def look(path: str) -> PictureFault | None:
        if monotonic() > ends_at:
            late = phrase("delivery.answers-late", seconds=LONGEST_S)
            return PictureFault(late, is_certain=False)
        return _look(f"{base}/{path}", certificates)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(paths, pool.map(look, paths), strict=True))


def _look(url: str, certificates: str) -> PictureFault | None:
    tls = make_tls(certificates) if certificates else None
    kind, begins = KINDS[url.rpartition(".")[2]]
    try:
        with (
            open_web_session(tls) as session,
            session.get(url, timeout=PATIENCE_S, stream=True) as answer,
        ):
            first = next(answer.iter_content(len(begins)), b"")
    except (requests.RequestException, OSError) as error:
        if explained := explain_tls(error):
            return PictureFault(explained[0], is_certain=True, is_there=True)
        silence = phrase("delivery.does-not-answer", reason=type(error).__name__)
        return PictureFault(silence, is_certain=False)
    if answer.status_code != 200:
        words = phrase("delivery.answers", status=answer.status_code)
        return PictureFault(words, is_certain=answer.status_code in GONE)
    told = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if told != kind or not first.startswith(begins):
        words = phrase("doctor.picture-type", told=told or "-", needed=kind)
        return PictureFault(words, is_certain=True, is_there=True)
    return None
