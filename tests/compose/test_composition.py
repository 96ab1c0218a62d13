import os
from dataclasses import replace
from pathlib import Path

from newsletter.compose.composition import (
    ADDED,
    PUBLIC_URL,
    changed_parts,
    compose,
    describe_changes,
    digest_of,
    digests_of,
    say_part,
)
from newsletter.lang import EditionKind, Lang
from newsletter.phrases import Phrase, catalogue, phrase
from tests.makers import (
    ARTICLE,
    ARTICLE_EN,
    LETTER_EN,
    PUBLICATION,
    compose_site,
    make_issue,
    make_picture,
    make_png,
    make_press,
    make_publication,
    write_site,
)

EN_HTML = ["HTML of the en edition", "HTML of the bilingual edition"]
EN_TEXT = ["text of the en edition", "text of the bilingual edition"]
ALL_HTML = ["HTML of the ko edition", *EN_HTML]
ALL_TEXT = ["text of the ko edition", *EN_TEXT]


def _changed(tmp_path: Path, name: str, content: str | bytes) -> set[str]:
    before = compose_site(write_site(tmp_path))
    after = compose_site(write_site(tmp_path, {name: content}))
    changed = changed_parts(before.parts, after.parts)
    assert (before.digest != after.digest) == bool(changed)
    return set(changed)


def test_a_changed_subject_is_named(tmp_path: Path) -> None:
    text = LETTER_EN.replace("meet by video", "meet again")

    assert _changed(tmp_path, "issues/2022-08/en.md", text) == {
        "subject of the en edition",
        "subject of the bilingual edition",
        *EN_HTML,
    }


def test_a_changed_preheader_is_named(tmp_path: Path) -> None:
    text = LETTER_EN.replace("training next", "training soon")

    assert _changed(tmp_path, "issues/2022-08/en.md", text) == {
        "preheader of the en edition",
        "preheader of the bilingual edition",
        *EN_HTML,
    }


def test_a_changed_text_is_named(tmp_path: Path) -> None:
    text = ARTICLE_EN + "\nOne more paragraph.\n"

    assert _changed(tmp_path, f"{ARTICLE}/en.md", text) == {*EN_HTML, *EN_TEXT}


def test_a_changed_picture_is_named(tmp_path: Path) -> None:
    picture = make_png(8, 6, colour="#ff0000")

    assert _changed(tmp_path, f"{ARTICLE}/map.png", picture) == {
        f"picture {ARTICLE}/map.png",
        *ALL_HTML,
    }


def test_a_changed_accent_is_named(tmp_path: Path) -> None:
    text = PUBLICATION.replace("#0a5c7a", "#7a0a5c")

    assert _changed(tmp_path, "issues/publication.yaml", text) == set(ALL_HTML)


def test_a_changed_sender_is_named(tmp_path: Path) -> None:
    text = PUBLICATION.replace("news@example.org", "letters@example.org")

    assert _changed(tmp_path, "issues/publication.yaml", text) == {"sender"}


def test_a_file_that_is_only_written_anew_changes_nothing(tmp_path: Path) -> None:
    before = compose_site(write_site(tmp_path))
    for path in tmp_path.rglob("*"):
        os.utime(path, (1, 1))

    assert compose_site(tmp_path) == before


def test_a_changed_template_public_url_or_greeting_is_named() -> None:
    publication, issue = make_publication(), make_issue(picture=make_picture())
    source = make_press()._templates
    letter = source["email/letter.html.j2"].replace("<body ", '<body data-x="1" ')
    words = source["strings.en.yaml"].replace("Dear {name},", "Hello {name},")
    before = compose(publication, issue, make_press()).parts

    presses = {
        "template": make_press(templates={"email/letter.html.j2": letter}),
        "public URL": make_press(public_url="https://other.example.org"),
        "greeting": make_press(templates={"strings.en.yaml": words}),
    }
    changed = {
        name: set(changed_parts(before, compose(publication, issue, press).parts))
        for name, press in presses.items()
    }

    assert changed == {
        "template": set(ALL_HTML),
        "public URL": {*ALL_HTML, *ALL_TEXT, PUBLIC_URL},
        "greeting": {"greeting and reason in en"},
    }


def test_parts_that_came_or_went_are_named() -> None:
    assert changed_parts({"a": "1", "b": "2"}, {"b": "2", "c": "3"}) == ["a", "c"]


def test_what_earlier_versions_did_not_look_at_is_no_change_to_what_they_saw() -> None:
    new = {**dict.fromkeys(ADDED, "1"), "subject": "2"}
    other = {**dict.fromkeys(ADDED, "9"), "subject": "2"}

    assert changed_parts({"subject": "2"}, new) == []
    assert changed_parts({"subject": "3"}, new) == ["subject"]
    assert set(changed_parts(other, new)) == ADDED
    assert digests_of(new) == (digest_of(new), digest_of({"subject": "2"}))


def test_every_part_is_said_by_its_name_in_english_and_in_other_words_in_korean() -> None:
    parts = compose(make_publication(), make_issue(picture=make_picture()), make_press()).parts
    identifiers = {"sender_id", "time_zone", PUBLIC_URL}

    assert [str(say_part(name)) for name in parts] == list(parts)
    assert {name for name in parts if not isinstance(say_part(name), Phrase)} == identifiers
    korean = {name: catalogue("ko").word(say_part(name)) for name in parts.keys() - identifiers}
    assert [name for name, said in korean.items() if said == name] == []
    assert korean["subject of the bilingual edition"] == "한영 통합판 제목"


def test_changes_are_told_a_line_each_and_long_lists_are_cut() -> None:
    old = {f"picture {at}.png": "1" for at in range(14)}

    said = describe_changes({**old, "sender": "1"}, {**old, "sender": "2", "new": "3"})
    many = describe_changes(old, {})

    assert said == phrase(
        "compose.changes",
        lines=[
            phrase("compose.changed", part=phrase("compose.sender")),
            phrase("compose.changed", part="new"),
        ],
    )
    assert str(said) == "\n  changed: sender\n  changed: new"
    assert str(many).endswith("\n  changed: picture 11.png\n  and 2 more")
    assert catalogue("ko").word(many).endswith("\n  변경: 그림 11.png\n  외 2건")
    assert describe_changes(old, old) == ""


def test_the_digest_does_not_hang_on_the_order_of_parts() -> None:
    assert digest_of({"a": "1", "b": "2"}) == digest_of({"b": "2", "a": "1"})
    assert digest_of({"a": "1"}) != digest_of({"a": "2"})


def test_an_issue_has_every_edition_and_each_picture_once() -> None:
    issue = make_issue(picture=make_picture())

    composition = compose(make_publication(), issue, make_press())

    assert list(composition.editions) == list(EditionKind)
    assert [hosted.picture.place for hosted in composition.pictures] == list(issue.pictures)


def test_another_reply_address_is_another_letter() -> None:
    publication, issue, press = make_publication(), make_issue(), make_press()
    names = {**publication.sender_name, Lang.EN: "Someone else"}

    digests = {
        compose(changed, issue, press).digest
        for changed in (
            publication,
            replace(publication, reply_to="x@example.org"),
            replace(publication, sender_name=names),
        )
    }

    assert len(digests) == 3
