"""Letters as other programs read them: M1, M5, M6, M10 and M12 of the delivery rules."""

from functools import cache
from random import Random

import pytest

from newsletter.lang import EditionKind
from newsletter.message.facts import facts_of
from newsletter.message.letter import CompiledLetter, Reader
from tests.message.foreign_readers import READERS, Read
from tests.message.makers import (
    MAILTO,
    NOW,
    PUBLIC_URL,
    make_edition,
    make_publication,
    make_reader,
    make_strings,
    real_letters,
)

COUNT = 420
KOREAN = (
    *(
        "경기도는",
        "의료관광",
        "국제학술대회에서",
        "몽골",
        "협약을",
        "맺었습니다",
        "값진",
        "쓩!",
        "—",
    ),
    *("외국인환자유치의료기관", "‘메디컬 경기’", "똠방각하", "펲시콜라", "[2022년 8월]"),
)
ENGLISH = (
    *("Gyeonggi-do", "signs", "an", "agreement", "with", "hospitals", "in", "Mongolia", "=", "?="),
    *("Medical", '"quoted"', "(note)", "e-News,", "A:B;", "=?utf-8?b?7ZWc?=", "100%", "it's", "\\"),
)
OTHERS = ("😀", "Ærø", "日本語", "é", "e\u0301", "👩‍⚕️", "@", "<b>", "&amp;")


def invented(random: Random, words: int) -> str:
    """Invent a subject or a name: mostly of one language, with words of the others in it."""
    own = random.choice([KOREAN, ENGLISH])
    chosen = [
        random.choice(own if random.random() < 0.8 else (*KOREAN, *ENGLISH, *OTHERS))
        for _ in range(random.randint(1, words))
    ]
    return random.choice([" ", " ", " ", "  ", ""]).join(chosen)


@cache
def letters() -> tuple[list[tuple[CompiledLetter, Reader]], list[bytes]]:
    """Write letters with invented subjects and names, and those of the sample issue."""
    random = Random(202208)
    strings, publication = make_strings(), make_publication()
    pairs = []
    for number in range(COUNT):
        kind = random.choice(list(EditionKind))
        edition = make_edition(kind, invented(random, 16))
        reader = make_reader(
            invented(random, 9),
            f"reader.{number}@example.org",
            token="t" * random.randint(20, 300),
            mailto=MAILTO if number % 2 else "",
        )
        pairs.append((CompiledLetter(edition, facts_of(publication), strings, PUBLIC_URL), reader))
    pairs += [(letter, make_reader("김독자 Lee")) for letter in real_letters().values()]
    return pairs, [letter.envelope(reader, NOW).mime for letter, reader in pairs]


@pytest.mark.parametrize("program", READERS)
def test_m5_four_hundred_letters_are_read_by_others_as_they_were_meant(program: str) -> None:
    pairs, wires = letters()

    read = READERS[program](wires)

    expected = [meant(letter, reader) for letter, reader in pairs]
    assert len(read) == COUNT + 3
    for found, wanted in zip(read, expected, strict=True):
        assert found == wanted


def test_m5_what_was_invented_would_find_out_a_folding_that_loses_spaces() -> None:
    subjects = [letter.edition.subject for letter, _ in letters()[0]]

    folded = [one for one in subjects if " " in one and not one.isascii() and len(one) > 30]
    assert len(folded) > 120
    assert len([one for one in subjects if one.isascii()]) > 30
    assert len([one for one in subjects if "  " in one]) > 30


def meant(letter: CompiledLetter, reader: Reader) -> Read:
    """Say what a letter says, without its bytes."""
    publication = make_publication()
    names = [publication.sender_name[lang] for lang in letter.edition.kind.langs]
    return Read(
        letter.edition.subject,
        (" / ".join(names), publication.sender_address),
        (reader.name, reader.address),
        (publication.name[letter.edition.kind.langs[0]], publication.list_id),
        ", ".join(f"<{uri}>" for uri in (reader.unsubscribe_url, reader.unsubscribe_mailto) if uri),
        letter.text(reader),
        letter.html(reader),
    )
