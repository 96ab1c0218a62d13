"""What rules about the finished letter say, by code and fields."""

import pytest

from newsletter.phrases import Phrase, catalogue, phrase
from newsletter.proof.letter.hosts import address_fault
from newsletter.proof.letter.pictures import HOSTED, find_unseen
from newsletter.proof.letter.sheets import sheet_faults


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("http://[x", phrase("proof.address-unreadable")),
        ("https://kim:secret@example.org/", phrase("proof.address-has-login")),
        (
            "https://xn--a.example.org/",
            phrase(
                "proof.host-suspect",
                fault=phrase("proof.host-impossible", part="xn--a"),
            ),
        ),
    ],
)
def test_what_is_wrong_with_an_address_is_a_code(address: str, fault: Phrase) -> None:
    assert address_fault(address) == fault


def test_what_is_wrong_with_a_sheet_is_a_code_with_its_line() -> None:
    assert list(sheet_faults("email/wide.css", "p { color: red;\n")) == [
        (1, phrase("proof.css-rule-open"))
    ]


def test_only_the_note_on_pictures_says_which_pictures_cannot_be_seen() -> None:
    unseen = phrase("proof.pictures-unseen", count=1, total=3, reasons=["answers 403"])
    note = phrase("proof.pictures-note", rule=HOSTED, unseen=unseen)

    assert find_unseen(note) == unseen
    assert str(note).startswith("hosted-pictures: 1 picture of 3 cannot be seen from here")
    assert find_unseen("hosted-pictures: a note of an earlier version") is None
    assert find_unseen(phrase("proof.no-repository")) is None


def test_parts_of_a_sentence_take_their_particles_in_korean() -> None:
    places = [phrase("proof.in-html"), phrase("proof.in-text")]
    said = [
        phrase("proof.part-missing", part=phrase(code), language="ko", places=places)
        for code in ("proof.part-address", "proof.part-phone")
    ]

    assert [catalogue("ko").word(one).partition(".")[0] for one in said] == [
        "HTML 본문, 텍스트 본문에 우편 주소가 없습니다(ko)",
        "HTML 본문, 텍스트 본문에 전화번호가 없습니다(ko)",
    ]
