"""The access log: what was asked for, without addresses, names or tokens."""

import logging
import time

from flask import Flask, Response, g, request

log = logging.getLogger("newsletter.access")


def add_access_log(app: Flask) -> None:
    """Log each request by its route: ``GET /u/<token> 200 1.2ms``."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        if log.isEnabledFor(logging.INFO):
            took = (time.perf_counter() - g.get("began", time.perf_counter())) * 1000
            route = request.url_rule.rule if request.url_rule else "(no page)"
            method = request.method if request.method in KNOWN else "OTHER"
            log.info("%s %s %d %.1fms", method, route, response.status_code, took)
        return response


KNOWN = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"})
