"""The addresses /webhooks/SERVICE: mail services tell there what became of letters."""

from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from newsletter.desk.webhooks import WebhookDesk
from newsletter.feedback.webhook import BODY_MAX, Call, Cause, RefusedError

PATH: Final = "/webhooks/"
# 401 lets a service repeat: a wrong secret may be corrected. 406 tells Mailgun not to.
STATUS: Final = {
    Cause.FORGED: 401,
    Cause.STALE: 401,
    Cause.OLD_PROOF: 401,
    Cause.REPLAYED: 406,
    Cause.MALFORMED: 400,
    Cause.LATER: 503,
}
RETRY_AFTER_S: Final = "60"


class WebhookPages:
    """Answers requests of mail services, in a few words: no person reads them."""

    def __init__(self, desk: WebhookDesk) -> None:
        self._desk = desk

    def routes(self) -> Blueprint:
        """Return the routes; of a service that is not set up, nothing is there."""
        routes = Blueprint("webhooks", __name__)
        routes.post(f"{PATH}<kind>")(self.receive)
        routes.post(f"{PATH}<kind>/<secret>")(self.receive)
        return routes

    def receive(self, kind: str, secret: str = "") -> Response:
        """
        Apply a request, and answer when that is durable.

        What the database cannot take now is answered by 503 (see faults.py): services repeat it.
        """
        if kind not in self._desk.kinds:
            return _say("not set up", 404)
        request.max_content_length = BODY_MAX
        try:
            body = request.get_data(cache=False)
        except RequestEntityTooLarge:
            return _say("too large", 413)
        headers = {name.lower(): value for name, value in request.headers}
        try:
            self._desk.receive(kind, Call(body, headers, secret))
        except RefusedError as refused:
            return _say(refused.cause.value, STATUS[refused.cause])
        return _say("ok", 200)


def _say(word: str, status: int) -> Response:
    answer = Response(f"{word}\n", status, content_type="text/plain; charset=utf-8")
    if status == 503:
        answer.headers["Retry-After"] = RETRY_AFTER_S
    return answer
