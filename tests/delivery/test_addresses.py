import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.addresses import wire_address


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        ("reader@example.com", "reader@example.com"),
        ("First.Last+news@Example.COM", "First.Last+news@Example.COM"),
        ("reader@예시.한국", "reader@xn--vv4b11d.xn--3e0b707e"),  # 2.3
        ("독자@예시.한국", "독자@xn--vv4b11d.xn--3e0b707e"),
        ("독자@example.com", "독자@example.com"),
    ],
)
def test_an_address_goes_with_its_domain_in_ascii(address: str, wire: str) -> None:
    assert wire_address(address) == wire


@pytest.mark.parametrize(
    "address",
    [
        "",
        "reader",
        "@example.com",
        "reader@",
        "a,b@example.com",
        "a b@example.com",
        '"a b"@example.com',
        "a@b.com>\r\nDATA",
        "a\r\nRCPT TO:<b@c.com>@example.com",
        "a@example.com ",
        "a@b@example.com",
        "a..b@example.com",
        f"{'a' * 65}@example.com",
        f"{'가' * 22}@example.com",
        "a@exa_mple.com,b.com",
        "a@가\u200b\n나.한국",
    ],
)
def test_what_could_be_read_as_more_than_one_address_has_no_form(address: str) -> None:
    assert wire_address(address) is None


@given(st.text(max_size=80))
def test_nothing_on_the_wire_can_end_a_command(address: str) -> None:
    wire = wire_address(address) or ""

    assert not set(wire) & set(' \t\r\n<>,;"\0\x7f')
