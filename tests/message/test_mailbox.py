"""Mailboxes in header fields: M5, M14 and M15 of the delivery rules."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.message.mailbox import mailbox
from newsletter.subscribers.address import LONGEST_NAME
from tests.message.makers import BREAKS

NAMES = st.text(
    st.one_of(
        st.sampled_from(" abc가나 ,.:;\"'\\()<>=?_@·—한😀"),
        st.characters(exclude_categories=["C", "Zl", "Zp"]),
    ),
    min_size=1,
    max_size=LONGEST_NAME,
).filter(lambda name: name == name.strip())


@given(NAMES)
def test_m5_any_name_is_read_back_beside_its_address_on_lines_of_76(name: str) -> None:
    wire = b"To: " + mailbox(name, "reader@example.org", 4) + b"\r\n"

    shown = str(message_from_bytes(wire + b"\r\n")["To"]).replace("\r\n", "")
    read_name, read_address = parseaddr(shown)
    assert str(make_header(decode_header(read_name))) == name
    assert read_address == "reader@example.org"
    assert max(map(len, wire.split(b"\r\n"))) <= 76
    assert wire.isascii()


@pytest.mark.parametrize("name", ["word " * 39 + "word", "a, b " * 20 + "c", '"' * 50, "x" * 75])
def test_a_long_plain_name_is_folded_as_encoded_words(name: str) -> None:
    wire = b"To: " + mailbox(name, "reader@example.org", 4)

    read_name, _ = parseaddr(wire.decode()[4:].replace("\r\n", ""))
    assert str(make_header(decode_header(read_name))) == name
    assert max(map(len, wire.split(b"\r\n"))) <= 76


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        ("reader@example.org", b"reader@example.org"),
        ('"a reader"@example.org', b'"a reader"@example.org'),
        ("reader@예시.한국", b"reader@xn--vv4b11d.xn--3e0b707e"),
        ("독자@예시.한국", "독자@예시.한국".encode()),
    ],
)
def test_m15_only_the_domain_of_an_address_is_ever_rewritten(address: str, wire: bytes) -> None:
    assert mailbox("", address, 4) == wire


@pytest.mark.parametrize(
    "address",
    [
        *("a@example.org, b@example.org", "a@example.org>", "<a@example.org", "a b@example.org"),
        *("a@example.org\r\nBcc: b@example.org", "a@b@example.org", 'a"@example.org', "a(b)@c.org"),
    ],
)
def test_m14_what_would_be_read_as_something_else_than_one_address_is_refused(
    address: str,
) -> None:
    for name in ("", "김독자"):
        with pytest.raises(ValueError, match=r"U\+|one address"):
            mailbox(name, address, 4)


@given(NAMES, st.integers(0, LONGEST_NAME))
def test_m14_a_control_character_anywhere_in_a_mailbox_is_refused(name: str, at: int) -> None:
    for bad in BREAKS:
        with pytest.raises(ValueError, match=rf"U\+{ord(bad):04X} "):
            mailbox(f"{name[:at]}{bad}{name[at:]}", "reader@example.org", 4)


ADDRESSES = ("reader@example.org", '"a reader"@example.org', "독자@예시.한국", "reader@예시.한국")


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("name", ["", "김독자"])
def test_m14_a_control_character_anywhere_in_an_address_is_refused(name: str, address: str) -> None:
    for at in range(len(address) + 1):
        for bad in BREAKS:
            with pytest.raises(ValueError, match=rf"U\+{ord(bad):04X} "):
                mailbox(name, f"{address[:at]}{bad}{address[at:]}", 4)
