"""DKIM signatures: M3 and M4 of the delivery rules, by the word of two other verifiers."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from dkim.canonicalization import Relaxed
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.lang import EditionKind
from newsletter.message.dkim import SIGNED, DkimSigner, relaxed_field, relaxed_lines
from newsletter.message.dkim_key import Algorithm
from newsletter.message.enclosure import Enclosure
from newsletter.message.facts import facts_of
from newsletter.message.letter import CompiledLetter
from tests.message.dkim_verifiers import (
    DOMAIN,
    dns_records,
    keys_for_tests,
    verdicts_of_dkimpy,
    verdicts_of_opendkim,
)
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

KEYS = keys_for_tests()
RECORDS = dns_records(KEYS)
SIGNER = DkimSigner(DOMAIN, KEYS)
NAMES = ("", "김독자", "가  나   다 " * 12 + "라", "Lee,  Avery", ".dot", "From  me", "끝 ")
TEXTS = st.text(st.sampled_from(" \t=.a가\n"), max_size=60)


def make_signed(
    kind: EditionKind = EditionKind.KO, *, signer: DkimSigner = SIGNER, is_test: bool = False
) -> CompiledLetter:
    return CompiledLetter(
        make_edition(kind),
        facts_of(make_publication()),
        make_strings(),
        PUBLIC_URL,
        signer=signer,
        is_test=is_test,
    )


def signed_names(mime: bytes) -> list[Counter[str]]:
    """Count the names in each signature's h=."""
    head = mime.partition(b"\r\n\r\n")[0].decode()
    found = re.findall(r"\bh=([^;]+);", head)
    return [Counter(re.sub(r"\s", "", names).split(":")) for names in found]


@pytest.mark.parametrize("reply_to", ["desk@example.org", None])
@pytest.mark.parametrize("kind", EditionKind)
def test_m3_every_field_is_named_once_more_than_it_occurs(
    kind: EditionKind, reply_to: str | None
) -> None:
    publication = replace(make_publication(), reply_to=reply_to)
    letter = CompiledLetter(
        make_edition(kind), facts_of(publication), make_strings(), PUBLIC_URL, signer=SIGNER
    )

    mime = letter.envelope(make_reader(), NOW).mime

    head = mime.partition(b"\r\n\r\n")[0].decode().lower()
    occurs = Counter(re.findall(r"(?m)^([a-z-]+):", head))
    expected = Counter({name: occurs[name] + 1 for name in SIGNED})
    assert signed_names(mime) == [expected, expected]
    assert set(SIGNED) >= {
        *("from", "to", "subject", "date", "message-id", "reply-to", "mime-version"),
        *("content-type", "content-transfer-encoding", "list-id", "list-unsubscribe"),
        *("list-unsubscribe-post", "feedback-id"),
    }


def test_m4_both_verifiers_accept_both_signatures_of_the_sample_issue(tmp_path: Path) -> None:
    letters = [
        letter.envelope(
            make_reader(name, token="t" * size, mailto=MAILTO if size % 20 else ""), NOW
        ).mime
        for letter in real_letters(SIGNER).values()
        for name, size in zip(NAMES, range(10, 80, 10), strict=True)
    ]

    by_opendkim = verdicts_of_opendkim(letters, RECORDS, tmp_path)

    assert len(letters) == 21
    assert by_opendkim == [["pass", "pass"]] * 21
    assert [verdicts_of_dkimpy(mime, RECORDS) for mime in letters] == [[True, True]] * 21


@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=80), st.booleans())
@settings(max_examples=40)
def test_m4_the_signature_holds_whatever_the_readers_name_is(name: str, is_test: bool) -> None:
    signer = DkimSigner(DOMAIN, {"ed25519-1": KEYS["ed25519-1"]})
    letter = make_signed(EditionKind.BILINGUAL, signer=signer, is_test=is_test)

    mime = letter.envelope(make_reader(name), NOW).mime

    assert verdicts_of_dkimpy(mime, RECORDS) == [True]


@pytest.mark.parametrize("name", ["", "김독자", "Avery Reader"])
@pytest.mark.parametrize("address", ["독자@예시.한국", "독자@example.org", "dømi@example.org"])
def test_m4_m15_a_signed_to_field_beyond_ascii_is_accepted_by_both_verifiers(
    tmp_path: Path, name: str, address: str
) -> None:
    """RFC 6532 puts the address there as it is, and RFC 6376 signs octets."""
    mime = make_signed().envelope(make_reader(name, address), NOW).mime
    changed = mime.replace(address.encode(), f"x{address}".encode(), 1)

    by_opendkim = verdicts_of_opendkim([mime, changed], RECORDS, tmp_path)

    assert address.encode() in mime.partition(b"\r\nReply-To:")[0].partition(b"\r\nTo: ")[2]
    assert by_opendkim == [["pass", "pass"], ["fail", "fail"]]
    assert verdicts_of_dkimpy(mime, RECORDS) == [True, True]
    assert verdicts_of_dkimpy(changed, RECORDS) == [False, False]


def test_m3_whoever_adds_changes_or_removes_something_breaks_the_signature(
    tmp_path: Path,
) -> None:
    reader = make_reader("김독자", mailto=MAILTO)
    mime = make_signed(EditionKind.BILINGUAL).envelope(reader, NOW).mime
    head, _, body = mime.partition(b"\r\n\r\n")
    fields = re.findall(rb"(?ms)^[A-Za-z-]+:.*?\r\n(?![ \t])", head + b"\r\n")
    own = [field for field in fields if field.split(b":")[0].decode().lower() in SIGNED]
    names = [name.encode() for name in SIGNED]
    tampered = {
        **{name + b" added on top": name + b": <https://x.example>\r\n" + mime for name in names},
        **{field + b" doubled": field + mime for field in own},
        **{field + b" removed": mime.replace(field, b"", 1) for field in own},
        **{field + b" changed": mime.replace(field, field[:-3] + b"~\r\n", 1) for field in own},
        b"without its mailto link": mime.replace(f",\r\n <{MAILTO}>".encode(), b"", 1),
        b"another mailto link": mime.replace(b"<mailto:bounces", b"<mailto:another", 1),
        b"a letter in the text": mime.replace(b"body", b"bodY", 1),
        b"a line at the end": mime + b"x\r\n",
        b"the token in the body": head + b"\r\n\r\n" + body.replace(b"t0ken", b"t1ken"),
    }
    assert len(own) == 12
    assert mime not in tampered.values()

    by_opendkim = verdicts_of_opendkim(list(tampered.values()), RECORDS, tmp_path)

    assert len(by_opendkim) == len(tampered)
    # Two From fields, or none, are no letter at all: a permanent error, without more words.
    assert {verdict for verdicts in by_opendkim for verdict in verdicts} == {"fail", "permerror"}
    for what, letter in tampered.items():
        assert verdicts_of_dkimpy(letter, RECORDS) == [False, False], what


@pytest.mark.parametrize(
    "carry",
    [
        lambda mime: b"Received: from a by b\r\n" + mime,
        lambda mime: mime + b"\r\n\r\n",
        lambda mime: mime.replace(b"Subject: ", b"SUBJECT:\t ", 1),
        lambda mime: mime.replace(b";\r\n boundary", b";   boundary", 1),
    ],
    ids=["received", "empty lines", "case and spaces", "unfolded"],
)
def test_what_relays_may_do_on_the_way_leaves_the_signature_whole(
    carry: Callable[[bytes], bytes],
) -> None:
    mime = make_signed().envelope(make_reader("김독자"), NOW).mime

    assert carry(mime) != mime
    assert verdicts_of_dkimpy(carry(mime), RECORDS) == [True, True]


def test_m4_the_signature_of_a_letter_with_pictures_holds(tmp_path: Path) -> None:
    edition = make_edition(EditionKind.KO)
    url = f"{PUBLIC_URL}/issues/2022-08/pictures/map-1.png"
    shown = edition.html.replace("<body>", f'<body><img src="{url}" alt="지도">')
    letter = CompiledLetter(
        replace(edition, html=shown),
        facts_of(make_publication()),
        make_strings(),
        PUBLIC_URL,
        enclosures=[Enclosure(url, "map-1.png", bytes(range(256)) * 90)],
        signer=SIGNER,
    )

    mime = letter.envelope(make_reader("김독자"), NOW).mime

    assert b"multipart/related" in mime
    assert verdicts_of_dkimpy(mime, RECORDS) == [True, True]
    assert verdicts_of_opendkim([mime], RECORDS, tmp_path) == [["pass", "pass"]]


@given(st.lists(TEXTS))
def test_lines_in_relaxed_form_are_what_dkimpy_makes_of_them(texts: list[str]) -> None:
    lines = ("\n".join(texts) + "\nx\n").replace("\n", "\r\n").encode()

    assert relaxed_lines(lines) == Relaxed.canonicalize_body(lines)


@given(TEXTS)
def test_a_field_in_relaxed_form_is_what_dkimpy_makes_of_it(text: str) -> None:
    value = text.replace("\n", "\r\n ").encode()

    [(name, expected)] = Relaxed.canonicalize_headers([(b"X-Field", value + b"\r\n")])

    assert relaxed_field(b"X-Field:" + value + b"\r\n") == name + b":" + expected


@pytest.mark.parametrize("kind", EditionKind)
def test_a_signature_comes_before_a_letter_that_is_otherwise_the_same(kind: EditionKind) -> None:
    unsigned = CompiledLetter(
        make_edition(kind), facts_of(make_publication()), make_strings(), PUBLIC_URL
    )
    reader = make_reader("김독자")

    first, again = (make_signed(kind).envelope(reader, NOW).mime for _ in range(2))

    assert first == again
    assert first.endswith(b"==\r\n" + unsigned.envelope(reader, NOW).mime)
    assert first.startswith(b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n")
    assert b"; l=" not in first
    assert f" t={int(NOW.timestamp())};".encode() in first


def test_the_lines_of_a_signature_are_ascii_of_76_characters() -> None:
    mime = make_signed().envelope(make_reader(), NOW).mime

    signatures = mime[: mime.index(b"From:")]
    assert signatures.isascii()
    assert max(map(len, signatures.split(b"\r\n"))) <= 76
    assert signatures.count(b"\r\n") == len(re.findall(rb"\r\n[ FD]|\r\n\Z", signatures))


def test_the_longest_domain_and_selector_stay_below_the_limit_of_a_line() -> None:
    domain = ".".join(["d" * 63] * 3 + ["d" * 61])
    signer = DkimSigner(domain, {"s" * 63: KEYS["rsa-1"]})

    mime = make_signed(signer=signer).envelope(make_reader(), NOW).mime

    assert len(domain) == 253
    assert max(map(len, mime.split(b"\r\n"))) <= 998


def test_several_threads_may_sign_at_once() -> None:
    letter = make_signed(EditionKind.BILINGUAL)
    readers = [make_reader(f"독자 {number}", token=f"t{number}") for number in range(60)]

    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda reader: letter.envelope(reader, NOW), readers))

    assert together == [letter.envelope(reader, NOW) for reader in readers]


def test_without_dkim_the_library_for_it_is_not_even_loaded() -> None:
    code = (
        "import sys; from tests.message.makers import NOW, make_letter, make_reader; "
        "make_letter().envelope(make_reader(), NOW); sys.exit('cryptography' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_each_kind_of_key_is_among_those_tested() -> None:
    assert {key.algorithm for key in KEYS.values()} == set(Algorithm)


def test_m3_fields_that_a_provider_replaces_are_not_signed() -> None:
    """Amazon SES makes Message-ID and Date anew; a signature over them would break."""
    signer = DkimSigner(DOMAIN, KEYS, ("message-id", "date"))
    mime = make_signed(signer=signer).envelope(make_reader(mailto=MAILTO), NOW).mime
    renewed = re.sub(rb"(?m)^(Message-ID|Date): .*\r\n", rb"\1: of another\r\n", mime)

    assert renewed != mime
    assert all(verdicts_of_dkimpy(renewed, RECORDS))
    assert not any(verdicts_of_dkimpy(renewed.replace(b"List-Id: ", b"List-Id: x"), RECORDS))
    others = make_signed().envelope(make_reader(mailto=MAILTO), NOW).mime
    for names, all_names in zip(signed_names(mime), signed_names(others), strict=True):
        assert all_names - names == Counter({"message-id": 2, "date": 2})
        assert names <= all_names
