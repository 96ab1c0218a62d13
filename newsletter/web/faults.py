"""Errors as pages in the reader's language, with a way on."""

import logging

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from newsletter.desk.link_keys import NotNowError
from newsletter.errors import LedgerError
from newsletter.lang import Lang
from newsletter.web.pages import Onward, Pages

LAST_RESORT = (
    "오류가 발생했습니다. 나중에 다시 시도해 주십시오.\n"
    "Something went wrong. Please try again later.\n"
)
RETRY_AFTER_S = "5"
WORDS_OF = {404: "missing", 405: "wrong", 413: "too_large"}
log = logging.getLogger(__name__)


def add_fault_pages(app: Flask, pages: Pages) -> None:
    """Show faults as pages."""

    @app.errorhandler(HTTPException)
    def show(error: HTTPException) -> Response:
        status = error.code or 500
        key = WORDS_OF.get(status, "wrong" if status < 500 else "broken")
        page = _say(pages, key, status)
        allowed = getattr(error, "valid_methods", None)
        if allowed:
            page.headers["Allow"] = ", ".join(allowed)
        return page

    @app.errorhandler(LedgerError)
    @app.errorhandler(NotNowError)
    def show_busy(error: LedgerError | NotNowError) -> Response:
        """Ask to come back: nothing was recorded. Mail programs repeat their request."""
        if isinstance(error, LedgerError):
            log.warning(error.phrase)
        page = _say(pages, "busy", 503)
        page.headers["Retry-After"] = RETRY_AFTER_S
        return page

    @app.errorhandler(Exception)
    def show_broken(error: Exception) -> Response:
        log.error("a request failed: %s", type(error).__name__, exc_info=error)
        return _say(pages, "broken", 500)


def _say(pages: Pages, key: str, status: int) -> Response:
    """Return the page of a fault; without it, if a site's own template is at fault itself."""
    try:
        lang = _lang(pages)
        again = Onward(pages.words(lang)["busy_again"], f"?lang={lang}")
        onward = again if status == 503 else None
        return pages.message(lang, key, status=status, onward=onward)
    except Exception as error:  # noqa: BLE001 - whatever a template does
        log.error("the page of a fault failed: %s", type(error).__name__)
        return Response(LAST_RESORT, status, content_type="text/plain; charset=utf-8")


def _lang(pages: Pages) -> Lang:
    """Return the language that was chosen, or that in the path, or the browser's."""
    first = request.path.strip("/").partition("/")[0]
    return pages.choose_lang(Lang(first) if first in list(Lang) else None)
