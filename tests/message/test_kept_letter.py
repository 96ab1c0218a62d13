"""A letter that was kept is written as it was: byte for byte, whatever the files say since."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from newsletter.app.site import Site
from newsletter.issue.issue import IMAGES
from newsletter.message.kept_letter import KeptLetter, hash_content, read_content, write_content
from tests.makers import ISSUE_ID, PUBLIC_URL, PUBLICATION, write_site
from tests.message.makers import NOW, composed_sample, make_reader


def sums_of(letter: KeptLetter) -> dict[str, str]:
    return {one.path: sha256(one.read()).hexdigest() for one in letter.pictures}


def kept(letter: KeptLetter) -> KeptLetter:
    """Write *letter* down, and read it as another process would."""
    shown = {sha256(data).hexdigest(): data for one in letter.pictures if (data := one.read())}

    def reader_of(picture: str) -> Callable[[], bytes]:
        return lambda: shown[picture]

    return read_content(write_content(letter, sums_of(letter)), reader_of)


@pytest.mark.parametrize("images", IMAGES)
@pytest.mark.parametrize("is_test", [False, True])
def test_its_letters_are_the_same_bytes(images: str, *, is_test: bool) -> None:
    letter = replace(composed_sample().letter, images=images)
    reader = make_reader(consented_on=date(2022, 7, 1))
    zone = letter.zone

    before, after = (one.compile(is_test=is_test) for one in (letter, kept(letter)))

    assert list(after) == list(before)
    for kind, compiled in before.items():
        wanted = compiled.envelope(reader, NOW.astimezone(zone))
        assert after[kind].envelope(reader, NOW.astimezone(zone)) == wanted
        assert (b"Content-ID:" in wanted.mime) == (images == "embedded")


def test_everything_else_of_it_is_kept_too() -> None:
    letter = composed_sample().letter

    again = kept(letter)

    for name in ("issue", "issued_on", "digest", "parts", "editions", "facts", "zone", "images"):
        assert getattr(again, name) == getattr(letter, name), name
    assert again.digests == letter.digests == composed_sample().composition.digests
    assert {one.path: one.read() for one in again.pictures} == {
        one.path: one.read() for one in letter.pictures
    }
    assert write_content(again, sums_of(again)) == write_content(letter, sums_of(letter))


def test_the_name_it_is_kept_under_moves_with_all_that_is_kept(tmp_path: Path) -> None:
    letter = site_letter(tmp_path, PUBLICATION)
    content = write_content(letter, sums_of(letter))

    def changed(**fields: Any) -> str:
        return hash_content(write_content(replace(letter, **fields), sums_of(letter)))

    ko, *others = letter.editions.values()
    hashes = {
        hash_content(content),
        changed(public_url="https://other.example.org"),
        changed(facts=replace(letter.facts, sender_id="othernews")),
        changed(editions={**letter.editions, ko.kind: replace(ko, subject="다른 제목")}),
        changed(digest="another"),
        hash_content(write_content(letter, dict.fromkeys(sums_of(letter), "another picture"))),
    }

    assert len(hashes) == 6
    assert hash_content(write_content(letter, sums_of(letter))) == hash_content(content)
    assert others
    assert json.loads(content)["form"] == 1


def site_letter(root: Path, publication: str) -> KeptLetter:
    write_site(root, {"issues/publication.yaml": publication})
    return Site({"NEWSLETTER_PUBLIC_URL": PUBLIC_URL}, root).compose(ISSUE_ID).letter
