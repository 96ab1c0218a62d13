"""Legal texts: a site replaces single files, and every fault of them is named at once."""

import hashlib
from typing import Final

import pytest

from newsletter.errors import ContentError
from newsletter.lang import Lang
from newsletter.message.agreement import Agreement
from newsletter.message.legal_text import LegalName, LegalText, file_name, read_legal_texts
from newsletter.supplies import read_legal_files
from tests.stage.site import CHECKOUT

OWN: Final = read_legal_files(CHECKOUT)[0]
LEFT: Final = OWN["left.ko.md"].decode()
FRONT: Final = "---\nversion: 1\nsubject: S\nbutton: B\n---\n"
ROWS: Final = "Sender\n: {sender}\n\nDay\n: {when}\n"


def read(**site: str) -> LegalText:
    files = {f"{name}.en.md": text.encode() for name, text in site.items()}
    return read_legal_texts(OWN, files)[LegalName.LEFT, Lang.EN]


def faults(text: str) -> list[str]:
    with pytest.raises(ContentError) as caught:
        read(left=text)
    return [str(problem) for problem in caught.value.problems]


def test_every_text_stands_in_every_language_and_asks_to_be_checked() -> None:
    expected = {file_name(name, lang) for name in LegalName for lang in Lang}

    assert OWN.keys() == expected
    for name, content in OWN.items():
        is_korean = name.endswith(".ko.md")
        wanted = "개인정보 보호책임자의 검토" if is_korean else "checked by your privacy officer"
        assert wanted in content.decode(), name


def test_all_languages_say_as_much() -> None:
    texts = read_legal_texts(OWN, {})

    for name in LegalName:
        korean, english = (texts[name, lang] for lang in Lang)
        assert korean.version == english.version
        assert korean.fields.keys() == english.fields.keys()
        shapes = {(len(one.lead), len(one.rows), len(one.notes)) for one in (korean, english)}
        assert len(shapes) == 1, name


def test_a_text_has_a_heading_paragraphs_terms_and_paragraphs() -> None:
    text = read(left=f"{FRONT}## Done\n\nOne\ntwo.\n\n{ROWS}\nLast.\n")

    assert text.version == "1"
    assert text.heading == "Done"
    assert text.lead == ("One two.",)
    assert text.rows == (("Sender", "{sender}"), ("Day", "{when}"))
    assert text.notes == ("Last.",)


def test_places_are_filled_everywhere_and_never_in_values() -> None:
    text = read(left=f"{FRONT}## {{publication}}\n\n{ROWS}")

    filled = text.filled({"publication": "{when}", "sender": "{sender.x}", "when": "today"})

    assert filled.heading == "{when}"
    assert filled.rows == (("Sender", "{sender.x}"), ("Day", "today"))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("## A\n\n## B\n\n" + ROWS, ":8: is a second heading"),
        ("text\n\n## A\n\n" + ROWS, ":8: write the heading first"),
        (ROWS, ":6: write the heading first"),
        ("## A\n\n" + ROWS + "\nbetween\n\nMore\n: said\n", ":16: is a second list"),
        ("## A\n\n- item\n\n" + ROWS, ":8: write nothing but"),
        ("## A\n\na **bold** word\n\n" + ROWS, ":8: write nothing but"),
        ("## A\n\n[a](https://example.org)\n\n" + ROWS, ":8: write nothing but"),
        ("## A\n\n<b>a</b>\n\n" + ROWS, ":8: write nothing but"),
        ("## A\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n" + ROWS, ":8: write nothing but"),
        ("## A\n\nTerm\n: one\n: two\n\n" + ROWS, ":12: write nothing but"),
        ("## A\n\n" + ROWS + "\n{password}\n", ":14: may contain no braces except"),
        ("## A\n\n" + ROWS + "\n{sender.name}\n", ":14: may contain no braces except"),
        ("## A\n\n" + ROWS + "\n{sender\n", ":14: may contain no braces except"),
        ("## A\n\nSender\n: {sender}\n", "does not say {when}"),
        ("## A\n\nnothing\n", "does not say {sender}, {when}"),
        (
            "## 수신거부 처리 안내\n\n" + ROWS + "\n처리해 드렸습니다\n" * 3,
            "most of this text is in Ko",
        ),
    ],
)
def test_a_fault_is_named_with_its_line(body: str, said: str) -> None:
    [fault] = faults(FRONT + body)

    assert fault.startswith("templates/legal/left.en.md")
    assert said in fault


def test_faults_of_the_fields_are_named_too() -> None:
    found = faults("---\nsubject: '{word}'\nbuton: B\n---\n## A\n\n" + ROWS)

    assert len(found) == 4  # no version, no button, a strange field, a strange place
    assert any("'buton'" in fault for fault in found)


def test_a_file_that_is_no_legal_text_is_named() -> None:
    with pytest.raises(ContentError, match=r"consents\.en\.md.*is no legal text"):
        read(consents="text")


def test_a_file_of_another_encoding_is_named() -> None:
    with pytest.raises(ContentError, match=r"legal/left\.ko\.md:2"):
        read_legal_texts(OWN, {"left.ko.md": LEFT.encode("cp949")})


def test_the_hash_is_of_every_word_that_is_agreed_to() -> None:
    texts = read_legal_texts(OWN, {})
    agreement = Agreement((texts[LegalName.CONSENT, Lang.KO],))
    changed = OWN["consent.ko.md"].decode().replace("만 14세 이상입니다.", "만 15세 이상입니다.")
    other = read_legal_texts(OWN, {"consent.ko.md": changed.encode()})

    assert agreement.hash == hashlib.sha256(agreement.words.encode()).hexdigest()
    assert "[ ] 만 14세 이상입니다." in agreement.words
    assert Agreement((other[LegalName.CONSENT, Lang.KO],)).hash != agreement.hash


@pytest.mark.parametrize("hours", ["three days", "0", "72.5", "-1"])
def test_a_period_of_the_law_is_a_number_of_hours(hours: str) -> None:
    ours = OWN["breach.ko.md"].decode()
    site = {"breach.ko.md": ours.replace("people_hours: 72", f"people_hours: {hours}").encode()}

    with pytest.raises(ContentError, match=r"legal/breach\.ko\.md:5: .*a number of hours"):
        read_legal_texts(OWN, site)


def test_a_place_of_a_field_does_not_stand_in_the_text() -> None:
    ours = OWN["breach.en.md"].decode()

    with pytest.raises(ContentError, match=r"legal/breach\.en\.md:\d+: may contain no braces"):
        read_legal_texts(OWN, {"breach.en.md": f"{ours}\n{{subject}}\n".encode()})
