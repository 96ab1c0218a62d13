"""The web application: the pages that readers, mail programs and scanners talk to."""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, redirect, url_for
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as Redirect

from newsletter.desk.reader_desk import ReaderDesk
from newsletter.desk.webhooks import WebhookDesk
from newsletter.web.access_log import add_access_log
from newsletter.web.faults import add_fault_pages
from newsletter.web.health import Check, make_health
from newsletter.web.leaving import LeavingPages
from newsletter.web.mail_links import MailLinkPages
from newsletter.web.pages import Pages
from newsletter.web.preferences import PreferencePages
from newsletter.web.safety import make_safe
from newsletter.web.subscribing import SubscribingPages
from newsletter.web.webhooks import WebhookPages

log = logging.getLogger(__name__)
StartResponse = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


def make_application(
    desk: ReaderDesk,
    pages: Pages,
    checks: Mapping[str, Check],
    public_url: str | None,
    trusted_proxies: int = 0,
    webhooks: WebhookDesk | None = None,
) -> Wsgi:
    """
    Make the application, with what stands in front of it.

    Args:
        desk: does what readers ask for.
        pages: shows it.
        checks: of /readyz.
        public_url: where readers see the pages; its path is in front of every page's own.
        trusted_proxies: how many proxies add X-Forwarded-For and X-Forwarded-Proto.
        webhooks: takes what mail services report; None: none of them is set up.
    """
    app = _Quiet("newsletter.web", static_folder=None)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # a one-click post follows no redirect
    make_safe(app, public_url)
    add_access_log(app)
    add_fault_pages(app, pages)
    for routes in (
        LeavingPages(desk.letters, desk.requests, pages).routes(),
        SubscribingPages(desk.requests, desk.mails, pages).routes(),
        PreferencePages(desk.letters, desk.requests, pages).routes(),
        MailLinkPages(desk.mails, pages).routes(),
        make_health(checks),
        _make_assets(pages),
    ):
        app.register_blueprint(routes)
    if webhooks is not None:
        app.register_blueprint(WebhookPages(webhooks).routes())
    below: Wsgi = _Below(app.wsgi_app, urlsplit(public_url or "").path)
    return (
        ProxyFix(below, x_for=trusted_proxies, x_proto=trusted_proxies)
        if trusted_proxies
        else below
    )


class _Quiet(Flask):
    """Flask, whose own report of a fault would contain the path, and so a token."""

    def log_exception(self, exc_info: Any) -> None:
        """Log what failed, not where."""
        log.error("a page failed: %s", exc_info[0].__name__, exc_info=exc_info)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return *func*: no page is a coroutine, and looking whether it is takes time."""
        return func


def _make_assets(pages: Pages) -> Blueprint:
    routes = Blueprint("assets", __name__)

    @routes.get("/assets/pages-<mark>.css")
    def stylesheet(mark: str) -> Response:
        """Return the style sheet; its address changes with its content, so it may be kept."""
        del mark
        answer = Response(pages.stylesheet, content_type="text/css; charset=utf-8")
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer

    @routes.get("/")
    def front() -> Redirect:
        lang = pages.choose_lang()
        return redirect(url_for("subscribing.show_form", lang=lang.value), 302)

    return routes


class _Below:
    """Serves an application below a path, and at the root too, for health checks."""

    def __init__(self, app: Wsgi, path: str) -> None:
        self._app = app
        self._path = path

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        if self._path and (path == self._path or path.startswith(self._path + "/")):
            environ["SCRIPT_NAME"] = self._path
            environ["PATH_INFO"] = path[len(self._path) :] or "/"
        return self._app(environ, start_response)
