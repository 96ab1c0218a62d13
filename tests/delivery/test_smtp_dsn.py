"""What a relay is told of the reports it may send: whose letter, and what comes back (RFC 3461)."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.smtp_letter import begin_letter, original_recipient
from newsletter.delivery.smtp_session import Offer
from tests.delivery.makers import LedgerStub, make_envelope

PLAIN, DSN = Offer(pipelining=True), Offer(pipelining=True, dsn=True)
LETTER = replace(make_envelope(), envelope_id="token7")


def commands(offer: Offer, *, recipient: str = "reader@example.net", token: str = "token7") -> str:
    envelope = replace(LETTER, recipient=recipient, envelope_id=token)
    begun = begin_letter(envelope, LedgerStub().begin, offer, "relay.example.org")
    return b"".join(begun.commands).decode()


def test_a_relay_that_offers_reports_is_told_whose_letter_it_is() -> None:
    assert commands(DSN) == (
        "MAIL FROM:<bounce@news.example.org> RET=HDRS ENVID=token7\r\n"
        "RCPT TO:<reader@example.net> NOTIFY=FAILURE,DELAY ORCPT=rfc822;reader@example.net\r\n"
    )


@pytest.mark.parametrize(("offer", "token"), [(PLAIN, "token7"), (DSN, "")])
def test_without_an_offer_or_a_token_nothing_is_said_of_reports(offer: Offer, token: str) -> None:
    assert commands(offer, token=token) == (
        "MAIL FROM:<bounce@news.example.org>\r\nRCPT TO:<reader@example.net>\r\n"
    )


def test_an_address_beyond_ascii_is_told_in_utf_8() -> None:
    told = commands(replace(DSN, smtputf8=True), recipient="독자+a=b@example.net")

    assert told.endswith(r"ORCPT=utf-8;독자\x{2B}a\x{3D}b@example.net" + "\r\n")
    assert " SMTPUTF8 " in told


def read_xtext(text: str) -> str:
    return re.sub(r"\+([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), text)


def read_unitext(text: str) -> str:
    return re.sub(r"\\x\{([0-9A-F]+)\}", lambda found: chr(int(found[1], 16)), text)


@pytest.mark.parametrize(
    ("alphabet", "kind", "read"),
    [
        (st.characters(min_codepoint=32, max_codepoint=126), "rfc822;", read_xtext),
        (st.sampled_from("독자é a+=\\x{}"), "utf-8;", read_unitext),
    ],
)
@given(drawn=st.data())
def test_an_original_recipient_reads_back_as_it_was(
    alphabet: st.SearchStrategy[str], kind: str, read: Callable[[str], str], drawn: st.DataObject
) -> None:
    address = drawn.draw(st.text(alphabet, min_size=1))
    if kind == "utf-8;":
        address += "독"

    told = original_recipient(address)

    assert told.startswith(kind)
    assert not re.search(r"[\x00- \x7f]", told)
    assert read(told.removeprefix(kind)) == address
