"""What every request must keep to, and the header fields of every response."""

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

FORM_MAX: Final = 64 * 1024  # octets
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PRIVATE: Final = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
PUBLIC: Final = frozenset({"assets.stylesheet", "subscribing.show_form"})  # may be kept and found
SECURE: Final = "max-age=31536000"  # Strict-Transport-Security, where the pages are on https
OPEN_TO_ALL: Final = frozenset({"leaving.leave", "subscribing.start"})  # see `_refuse_foreign`
WATCHED: Final = frozenset({"health.healthz", "health.readyz"})  # asked for by any name
LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
HOST: Final = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9.-]{1,255})(:[0-9]{1,5})?")
SAME_SITE: Final = frozenset({"same-origin", "none"})


def make_safe(app: Flask, public_url: str | None) -> None:
    """
    Refuse requests for unknown hosts and posts of other sites; add the header fields.

    Args:
        app: the application.
        public_url: where readers see the pages; None: only this machine does.
    """
    app.config["MAX_CONTENT_LENGTH"] = FORM_MAX
    app.config["MAX_FORM_MEMORY_SIZE"] = FORM_MAX
    app.config["MAX_FORM_PARTS"] = 50
    parts = urlsplit(public_url or "")
    hosts = frozenset({parts.hostname}) if parts.hostname else LOCAL
    app.before_request(_refuse_unknown(hosts | LOCAL))
    app.before_request(_refuse_foreign)
    app.after_request(_add_headers(is_https=parts.scheme == "https"))


def _refuse_unknown(hosts: frozenset[str]) -> Callable[[], None]:
    def refuse() -> None:
        if request.endpoint in WATCHED:
            return
        found = HOST.fullmatch(request.host.lower())
        if found is None or found[1].strip("[]") not in hosts:
            abort(400)

    return refuse


def _refuse_foreign() -> None:
    """
    Refuse a post that a page of another site has sent by its visitor's browser.

    No page here knows its visitor by a cookie, so such a post has no more power than any; but
    a busy page elsewhere could make its visitors ask for mails. One-click posts come from mail
    programs, and an embedded form only leads to ours.
    """
    if request.method != "POST" or request.endpoint in OPEN_TO_ALL:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin", "null")  # "null" because of Referrer-Policy
    if site is not None:
        is_ours = site in SAME_SITE
    else:
        is_ours = origin == "null" or urlsplit(origin).netloc == request.host
    if not is_ours:
        abort(403)


def _add_headers(*, is_https: bool) -> Callable[[Response], Response]:
    secure = {"Strict-Transport-Security": SECURE} if is_https else {}
    everywhere = tuple({**HEADERS, **secure}.items())  # no page sets one of these itself
    elsewhere = (*everywhere, *PRIVATE.items())

    def add(response: Response) -> Response:
        is_public = request.endpoint in PUBLIC
        response.headers.extend(everywhere if is_public else elsewhere)
        return response

    return add
