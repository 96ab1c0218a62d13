"""The pages /healthz and /readyz: for the machines that watch a server."""

import json
from collections.abc import Callable, Mapping

from flask import Blueprint, Response

Check = Callable[[], str | None]  # returns the fault in words; None: all is well


def make_health(checks: Mapping[str, Check]) -> Blueprint:
    """
    Make the routes.

    Args:
        checks: by name: what must hold before readers may be sent here.
    """
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def healthz() -> Response:
        """Say that the process answers; the database is not asked."""
        return _answer({"status": "ok"}, 200)

    @routes.get("/readyz")
    def readyz() -> Response:
        faults = {name: fault for name, check in checks.items() if (fault := check())}
        if faults:
            return _answer({"status": "not ready", "faults": faults}, 503)
        return _answer({"status": "ready"}, 200)

    return routes


def _answer(value: Mapping[str, object], status: int) -> Response:
    return Response(json.dumps(value) + "\n", status, content_type="application/json")
