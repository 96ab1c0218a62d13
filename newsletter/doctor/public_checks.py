"""The check of the readers' side: unsubscribing works through the public address."""

import secrets
from collections.abc import Iterator
from time import monotonic
from typing import Final

import requests

from newsletter.app.keys import FILE_NAME, read_or_make_link_keys
from newsletter.delivery.trust import explain_tls, make_tls
from newsletter.delivery.web_session import open_web_session
from newsletter.doctor.finding import Finding, in_order, perhaps, unseen, wrong
from newsletter.doctor.patient import Patient
from newsletter.message.links import Purpose, ReaderLinks
from newsletter.phrases import phrase

PATIENCE_S: Final = 3.0  # mail programs do not wait longer
LONGEST: Final = 500  # octets read of an answer
BODY: Final = {"List-Unsubscribe": "One-Click"}  # RFC 8058, section 3.2
NONCE_BYTES: Final = 16


def look_at_one_click(patient: Patient) -> Iterator[Finding]:
    """
    Post a signed token that names nobody, as a mail program posts a reader's.

    Only this site's pages can give its answer: so it is seen that the request arrives there
    unchanged, with nothing between that redirects, asks or challenges.
    """
    settings = patient.settings
    if settings.public_url is None:
        return  # the check of the setting names it
    if settings.secret_key is None and not (settings.root / FILE_NAME).is_file():
        yield unseen(settings.public_url, phrase("doctor.no-key-yet"))
        return
    keys = read_or_make_link_keys(settings, lambda: True)
    links = ReaderLinks(keys, patient.publication.list_id, settings.public_url)
    nonce = secrets.token_hex(NONCE_BYTES)
    url = links.unsubscribe_url(links.token(Purpose.DRY_RUN, nonce))
    tls = make_tls(settings.certificates) if settings.certificates else None
    begun = monotonic()
    try:
        with open_web_session(tls) as session:
            answer = session.post(
                url, data=BODY, timeout=PATIENCE_S, allow_redirects=False, stream=True
            )
            text = next(answer.iter_content(LONGEST), b"").decode("ascii", "replace").strip()
    except (requests.RequestException, OSError) as error:
        yield _explain(error, settings.public_url)
        return
    is_ours = text == links.token(Purpose.DRY_RUN_ANSWER, nonce)
    yield _judge(answer, settings.public_url, is_ours=is_ours, took_s=monotonic() - begun)


def _explain(error: Exception, place: str) -> Finding:
    if tls := explain_tls(error):
        return wrong(place, *tls)
    fault = phrase("doctor.pages-silent", reason=type(error).__name__)
    return unseen(place, fault, phrase("doctor.look-from-outside"))


def _judge(answer: requests.Response, place: str, *, is_ours: bool, took_s: float) -> Finding:
    if answer.is_redirect:
        return wrong(place, phrase("doctor.one-click-redirects"), phrase("doctor.no-redirect"))
    if not is_ours:
        fault = phrase("doctor.one-click-lost", status=answer.status_code)
        return wrong(place, fault, phrase("doctor.lead-to-pages"))
    if took_s > PATIENCE_S:
        fault = phrase("doctor.one-click-slow", seconds=took_s)
        return perhaps(place, fault, phrase("doctor.faster-pages"))
    return in_order(place, phrase("doctor.one-click"))
