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
        page = pages.message(_lang(pages), key, status=status)
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
        lang = _lang(pages)
        again = Onward(pages.words(lang)["busy_again"], f"?lang={lang}")
        page = pages.message(lang, "busy", status=503, onward=again)
        page.headers["Retry-After"] = RETRY_AFTER_S
        return page

    @app.errorhandler(Exception)
    def show_broken(error: Exception) -> Response:
        log.error("a request failed: %s", type(error).__name__, exc_info=error)
        try:
            return pages.message(_lang(pages), "broken", status=500)
        except Exception as another:  # noqa: BLE001 - a site's own template: answer without it
            log.error("its page failed: %s", type(another).__name__)
            return Response(LAST_RESORT, 500, content_type="text/plain; charset=utf-8")


def _lang(pages: Pages) -> Lang:
    """Return the language that was chosen, or that in the path, or the browser's."""
    first = request.path.strip("/").partition("/")[0]
    return pages.choose_lang(Lang(first) if first in list(Lang) else None)
