"""A mail shows whether bounces would arrive, in both languages, and no program answers it."""

from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from newsletter.lang import Lang
from newsletter.message.bounce_check import (
    CODE_LENGTH,
    CODE_LETTERS,
    BounceCheck,
    clean_code,
    draw_code,
    write_bounce_check,
)
from newsletter.message.bounces import BounceAddresses
from newsletter.message.dkim import DkimSigner
from newsletter.message.envelope import Envelope
from newsletter.message.facts import facts_of
from newsletter.message.keys import LinkKeys
from tests.message.dkim_verifiers import (
    DOMAIN,
    dns_records,
    keys_for_tests,
    verdicts_of_dkimpy,
    verdicts_of_opendkim,
)
from tests.message.makers import NOW, make_publication

ADDRESS = "bounces@news.example.org"
ADDRESSES = BounceAddresses(LinkKeys(b"a" * 32), "e-news.example.org", ADDRESS)
FACTS = facts_of(make_publication())


def write(signer: DkimSigner | None = None) -> Envelope:
    check = BounceCheck(ADDRESS, ADDRESSES.token_of_nobody(), "K7M2Q9", NOW)
    return write_bounce_check(check, ADDRESSES.address(check.token), FACTS, NOW, signer)


def test_it_says_in_both_languages_what_it_is_for_and_how_to_record_it() -> None:
    message = message_from_bytes(write().mime, policy=policy.default)

    text = message.get_content()
    assert message.get_content_type() == "text/plain"
    assert message["Subject"] == "반송 주소 확인: K7M2Q9 / Check of the bounce address: K7M2Q9"
    assert "뉴스레터 ‘메디컬 경기 e-뉴스’의 반송 주소를 확인하려고" in text
    assert "the bounce address of the newsletter “Medical Gyeonggi e-News”." in text
    assert text.count(ADDRESS) == 2
    assert text.count("\r\nnewsletter bounces arrived K7M2Q9\r\n") == len(Lang)
    assert message.defects == []


def test_m9_it_is_marked_as_automatic_and_is_no_letter_of_the_list() -> None:
    envelope = write()

    message = message_from_bytes(envelope.mime, policy=policy.default)
    assert message["Auto-Submitted"] == "auto-generated"
    names = {name.lower() for name in message.keys()}  # noqa: SIM118 - not a mapping
    assert not [one for one in names if one.startswith("list-")]
    assert "precedence" not in names
    assert message["To"] == envelope.recipient
    assert message["Message-ID"] == f"<{envelope.reference}>"
    assert parsedate_to_datetime(message["Date"]) == NOW


def test_a_bounce_of_it_returns_to_the_sender_and_its_address_names_no_reader() -> None:
    envelope = write()

    token = envelope.recipient.removeprefix("bounces+").removesuffix("@news.example.org")
    assert envelope.sender == FACTS.sender_address
    assert ADDRESSES.read(token) is None
    assert token not in envelope.reference


def test_m10_every_line_is_short_seven_bit_and_ends_in_crlf() -> None:
    mime = write().mime

    assert mime.isascii()
    assert mime.count(b"\n") == mime.count(b"\r") == mime.count(b"\r\n")
    assert max(map(len, mime.split(b"\r\n"))) <= 998
    assert not any(line.startswith(b".") for line in mime.split(b"\r\n"))
    assert mime.endswith(b"\r\n")


def test_m4_both_verifiers_accept_its_signatures(tmp_path: Path) -> None:
    keys = keys_for_tests()
    records = dns_records(keys)

    mime = write(DkimSigner(DOMAIN, keys)).mime

    assert verdicts_of_dkimpy(mime, records) == [True, True]
    assert verdicts_of_opendkim([mime], records, tmp_path) == [["pass", "pass"]]
    assert verdicts_of_dkimpy(b"List-Id: <x.example>\r\n" + mime, records) == [False, False]


def test_a_code_has_six_letters_and_digits_that_cannot_be_confused() -> None:
    codes = {draw_code() for _ in range(200)}

    assert len(codes) == 200
    assert {len(code) for code in codes} == {CODE_LENGTH}
    assert not set("01OIL") & set(CODE_LETTERS)


@given(st.text(CODE_LETTERS, min_size=CODE_LENGTH, max_size=CODE_LENGTH), st.integers(0, 6))
def test_a_code_is_read_however_it_is_typed(code: str, at: int) -> None:
    for typed in (code, code.lower(), f" {code}\n", f"{code[:at]} {code[at:]}"):
        assert clean_code(typed) == code
