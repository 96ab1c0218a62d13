"""S4, S5: a notice is in the language that its reader has when it leaves, on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from sqlalchemy import Engine

from newsletter.lang import Preference
from tests.storage.notice_post import LATER, NoticePost, open_post
from tests.subscribers.makers import NOW

READER: Final = "reader@example.org"
BEFORE: Final = NOW - timedelta(days=300)


@pytest.fixture
def post(engine: Engine) -> Iterator[NoticePost]:
    with open_post(engine, NOW) as post:
        yield post


def ask(post: NoticePost, kind: str, preference: Preference | None) -> None:
    at = {"renewal": NOW - timedelta(days=725), "agreed": NOW - timedelta(days=1)}.get(kind, BEFORE)
    post.agree(READER, at, preference)
    if kind == "left":
        post.leave(READER)
    post.ask()


def choose(post: NoticePost, preference: Preference | None) -> None:
    """The reader chooses another language; an old list says it of one who has left."""
    with post.book.opened() as page:
        entry = page.find([READER])[READER]
        page.update([replace(entry, preference=preference)])


@pytest.mark.parametrize("kind", ["agreed", "left", "renewal"])
@pytest.mark.parametrize("is_put_off", [False, True])
@pytest.mark.parametrize(
    ("before", "after", "languages"),
    [
        (Preference.KO, Preference.EN, "en"),
        (Preference.EN, Preference.KO, "ko"),
        (None, Preference.EN, "en"),
        (Preference.BOTH, Preference.EN, "en"),
        (Preference.EN, Preference.EN, "en"),
        (Preference.EN, Preference.BOTH, "ko en"),
        (Preference.BOTH, Preference.BOTH, "ko en"),
        (None, None, "ko en"),
    ],
)
def test_s4_s5_a_notice_is_in_the_language_that_its_reader_has_by_then(
    post: NoticePost,
    kind: str,
    before: Preference | None,
    after: Preference | None,
    languages: str,
    *,
    is_put_off: bool,
) -> None:
    ask(post, kind, before)
    if is_put_off:
        post.send(LATER)
        post.now += timedelta(hours=9)
    choose(post, after)

    assert post.send() == [(kind, READER)]

    assert " ".join(post.sent[-1].langs) == languages
    assert post.owed() == []
