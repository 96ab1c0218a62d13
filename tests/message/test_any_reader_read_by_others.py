"""Letters to any reader as other programs read them: M5 and M15 of the delivery rules."""

import re
from collections.abc import Sequence

import idna
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from newsletter.lang import EditionKind
from newsletter.message.facts import facts_of
from newsletter.message.letter import CompiledLetter
from tests.message.foreign_readers import READERS
from tests.message.makers import (
    NOW,
    PUBLIC_URL,
    make_edition,
    make_publication,
    make_reader,
    make_strings,
)

LIST_ID = ("메디컬 경기 e-뉴스", "e-news.example.org")
STRINGS = make_strings()
COUNT = 100  # letters an example: starting Perl and Node takes longer than reading them
# With joiners, marks of direction, private and unassigned characters; without what M14 refuses.
ANY = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
RARE = st.characters(categories=["Cf", "Co", "Cn"])
HANGUL = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
PUNCTUATION = st.sampled_from(" abc가나 ,.:;\"'\\()<>[]=?_@·—한😀\u200d\u200f\u202e\ufeff")
WORDS = st.text(st.one_of(PUNCTUATION, HANGUL, ANY, RARE), max_size=40)
LOCAL = st.text("abcXYZ019!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=12)
# Without outer spaces, which mailparser drops.
QUOTED = st.text("abc ,:;<>()[]@.", min_size=1, max_size=12).map(lambda one: f'"x{one}x"')
KOREAN = st.text(HANGUL, min_size=1, max_size=8)
DOMAINS = st.sampled_from(["example.org", "sub.example-1.org"])
IDN = st.builds("{}.{}".format, KOREAN, st.sampled_from(["한국", "org", "example.org"]))
SUBJECTS = WORDS.filter(bool)  # an issue has one
ADDRESSES = st.one_of(
    st.emails(),
    st.builds("{}@{}".format, st.one_of(LOCAL, QUOTED), st.one_of(DOMAINS, IDN)),
    st.builds("{}@{}".format, KOREAN, st.one_of(DOMAINS, IDN)),  # SMTPUTF8
)


def whose(address: str) -> tuple[str, str]:
    """Return the local part without quotes, and the domain as A-labels: equal if it is one."""
    local, _, domain = address.rpartition("@")
    if local.startswith('"'):
        local = re.sub(r"\\(.)", r"\1", local[1:-1])
    return local, domain if domain.isascii() else idna.encode(domain, uts46=True).decode()


@given(triples=st.lists(st.tuples(SUBJECTS, WORDS, ADDRESSES), min_size=COUNT, max_size=COUNT))
@settings(
    max_examples=5,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],  # every failing letter is shown below, so nothing need be shrunk
    suppress_health_check=list(HealthCheck),  # an example is a hundred letters
)
def test_m5_m15_any_subject_name_and_address_is_read_by_others_as_it_was_meant(
    triples: Sequence[tuple[str, str, str]],
) -> None:
    letters = [letter_to(*triple) for triple in triples]
    meant = [
        (subject, name, whose(address), LIST_ID, at)
        for at, (subject, name, address) in enumerate(triples)
    ]

    for program, read_by in READERS.items():
        found = [
            (one.subject, one.recipient[0], whose(one.recipient[1]), one.list_id, at)
            for at, one in enumerate(read_by(letters))
        ]

        wrong = [pair for pair in zip(found, meant, strict=True) if pair[0] != pair[1]]
        assert wrong == [], program


def letter_to(subject: str, name: str, address: str) -> bytes:
    letter = CompiledLetter(
        make_edition(EditionKind.KO, subject), facts_of(make_publication()), STRINGS, PUBLIC_URL
    )
    return letter.envelope(make_reader(name, address), NOW).mime
