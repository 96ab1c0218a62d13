"""The judge that all HTTP services share, with a table of an invented service."""

import json
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.http_answers import (
    AnswerTable,
    Fault,
    Told,
    judge,
    read_id,
    read_words,
    sign,
)
from newsletter.delivery.http_posting import HttpAnswer
from newsletter.delivery.provider import (
    Accepted,
    Blame,
    Deferred,
    Outcome,
    Refused,
    Unknown,
    Unsent,
)
from newsletter.errors import ProviderBusy, ProviderError
from newsletter.phrases import Phrase

NOW: Final = datetime(2022, 8, 1, 12, 0, tzinfo=UTC)


def read(answer: HttpAnswer) -> Told:
    return Told(read_words(answer.body, "code", "text"), read_id(answer.body, "id"))


TABLE: Final = AnswerTable(
    202,
    read,
    (
        sign(Fault.ADDRESS, "bad address"),
        sign(Fault.SUPPRESSED, "bounced before", 200, 422),
        sign(Fault.SENDER, "unverified"),
        sign(Fault.ACCOUNT, "upgrade your plan"),
        sign(Fault.CLOCK, "clock"),
        sign(Fault.REPEAT, "same key"),
        sign(Fault.RATE, "daily quota"),
        sign(Fault.OTHER, "strange"),
    ),
)


def answer(status: int, text: str = "", **fields: str) -> HttpAnswer:
    return HttpAnswer(status, json.dumps({"text": text, **fields}).encode())


@pytest.mark.parametrize(
    ("given_answer", "outcome"),
    [
        (answer(202, "ok", id="7"), Accepted("202 ok 7")),
        (answer(422, "Bad Address"), Refused("422 Bad Address", Blame.TEMPORARY)),
        (answer(422, "bounced before"), Refused("422 bounced before", Blame.RECIPIENT)),
        (answer(200, "bounced before"), Refused("200 bounced before", Blame.RECIPIENT)),
        (answer(413, "big"), Deferred("413 big", Blame.MESSAGE)),
        (answer(400, "what?"), Deferred("400 what?", Blame.MESSAGE)),
        (answer(429, "slow"), Deferred("429 slow", Blame.PROVIDER)),
        (answer(403, "daily quota"), Deferred("403 daily quota", Blame.PROVIDER)),
        (
            answer(403, "try again after 90 seconds"),
            Deferred("403 try again after 90 seconds", Blame.PROVIDER, timedelta(seconds=90)),
        ),
        (HttpAnswer(429, b"<h1>Too many</h1>"), Deferred("429 Too many", Blame.PROVIDER)),
        (HttpAnswer(408, b""), Deferred("408", Blame.PROVIDER)),
        (answer(409, "same key"), Unknown("409 same key")),
        (answer(400, "x", code="same key"), Unknown("400 same key x")),
    ],
)
def test_an_answer_about_one_letter_does_not_stop_the_next(
    given_answer: HttpAnswer, outcome: Outcome
) -> None:
    verdict = judge(given_answer, TABLE, "Gateway", NOW)

    assert verdict.outcome == outcome
    assert verdict.stop is None


@pytest.mark.parametrize(
    ("given_answer", "remedy"),
    [
        (answer(403, "unverified"), "delivery.http-sender"),
        (answer(401, "who?"), "delivery.http-key"),
        (answer(403, "who?"), "delivery.http-key"),
        (answer(402, "pay"), "delivery.http-account"),
        (answer(429, "upgrade your plan"), "delivery.http-account"),
        (answer(403, "your clock"), "delivery.http-clock"),
        (answer(404, "gone"), "delivery.http-ask"),
        (answer(400, "strange"), "delivery.http-ask"),
    ],
)
def test_what_a_person_must_mend_stops_with_the_letter_unsent(
    given_answer: HttpAnswer, remedy: str
) -> None:
    verdict = judge(given_answer, TABLE, "Gateway", NOW)

    assert isinstance(verdict.outcome, Unsent)
    assert type(verdict.stop) is ProviderError
    assert isinstance(verdict.stop.phrase, Phrase)
    said = verdict.stop.phrase.fields["remedy"]
    assert isinstance(said, Phrase)
    assert said.code == remedy


@pytest.mark.parametrize(
    ("given_answer", "code", "is_busy"),
    [
        (HttpAnswer(202, b""), "delivery.http-not-theirs", False),
        (HttpAnswer(202, b"<html>log in</html>"), "delivery.http-not-theirs", False),
        (HttpAnswer(202, b'{"id": 5}'), "delivery.http-not-theirs", False),
        (HttpAnswer(202, b"[" * 60_000), "delivery.http-not-theirs", False),
        (answer(200, "ok", id="7"), "delivery.http-not-theirs", False),
        (answer(204), "delivery.http-not-theirs", False),
        (answer(307), "delivery.http-not-theirs", False),
        (answer(409, "exists"), "delivery.http-conflict", False),
        (answer(500, "bad address"), "delivery.http-out-of-order", True),
        (HttpAnswer(502, b"<h1>Bad gateway</h1>"), "delivery.http-out-of-order", True),
        (HttpAnswer(503, b"", "30"), "delivery.http-wants-rest", True),
        (HttpAnswer(599, b""), "delivery.http-out-of-order", True),
    ],
)
def test_an_unclear_answer_leaves_it_unknown(
    given_answer: HttpAnswer, code: str, *, is_busy: bool
) -> None:
    verdict = judge(given_answer, TABLE, "Gateway", NOW)

    assert isinstance(verdict.outcome, Unknown)
    assert isinstance(verdict.stop, ProviderError)
    assert isinstance(verdict.stop, ProviderBusy) is is_busy
    assert isinstance(verdict.stop.phrase, Phrase)
    assert verdict.stop.phrase.code == code


def test_a_misdirected_request_is_unsent_and_waits() -> None:
    verdict = judge(answer(421), TABLE, "Gateway", NOW)

    assert isinstance(verdict.outcome, Unsent)
    assert isinstance(verdict.stop, ProviderBusy)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"ratelimit-reset": "7"}, 7),
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) + 40)}, 40),
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) - 40)}, 1),
        ({"x-sib-ratelimit-reset": "3600"}, 3600),
        ({"x-sib-ratelimit-reset": "0"}, 1),
        ({"ratelimit-reset": "999999"}, 86_400),
        ({"ratelimit-reset": "soon"}, None),
        ({"ratelimit-reset": "\u0663"}, None),
        ({}, None),
    ],
)
def test_the_end_of_a_limit_is_waited_for(headers: dict[str, str], wait: int | None) -> None:
    """D10: not every service sends Retry-After."""
    limited = HttpAnswer(429, b"{}", headers=headers)
    refused = HttpAnswer(400, b"{}", headers=headers)

    verdict, other = (judge(one, TABLE, "Gateway", NOW) for one in (limited, refused))

    assert isinstance(verdict.outcome, Deferred)
    assert verdict.outcome.retry_after == (wait and timedelta(seconds=wait))
    assert isinstance(other.outcome, Deferred)
    assert other.outcome.blame is Blame.MESSAGE, "each answer tells of the limit, not only a 429"


@given(st.integers(100, 599), st.binary(max_size=60), st.text(max_size=9))
def test_only_a_success_with_an_id_is_an_acceptance(
    status: int, body: bytes, retry_after: str
) -> None:
    verdict = judge(HttpAnswer(status, body, retry_after), TABLE, "Gateway", NOW)

    assert not isinstance(verdict.outcome, Accepted) or (status == 202 and b"id" in body)
    if status >= 500 or status < 400:
        assert not isinstance(verdict.outcome, Deferred | Unsent)
