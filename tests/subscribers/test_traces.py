"""Addresses are found in texts by their hashes, however servers and people write them."""

from typing import Final

import pytest

from newsletter.subscribers.traces import Sought, hash_of

SECRET: Final = b"k" * 32
ADDRESS: Final = "minsu.kim@example.org"
SOUGHT: Final = Sought(
    SECRET, frozenset({hash_of(ADDRESS, SECRET)}), frozenset({"김민수", "Jo Lee"})
)


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("550 5.1.1 <Minsu.Kim@Example.ORG>: no such user", "550 5.1.1 <(erased)>: no such user"),
        ("minsu.kim@example.org.", "(erased)."),
        ("minsu.kim@example.org에게 전화", "(erased)에게 전화"),
        (
            "https://example.net/?to=minsu.kim%40example.org&x=1",
            "https://example.net/?to=(erased)&x=1",
        ),
        ("rcpt=minsu.kim@example.org", "rcpt=(erased)"),
        ('{"address": "minsu.kim@example.org"}', '{"address": "(erased)"}'),
        ("other.kim@example.org", "other.kim@example.org"),
        ("xminsu.kim@example.org", "xminsu.kim@example.org"),
        ("minsu.kim@example.org.kr", "minsu.kim@example.org.kr"),
        ("김민수님이 거절, 김민수정은 다른 사람", "(erased)님이 거절, 김민수정은 다른 사람"),
        ("Jo Lee called, Jo Leeds did not", "(erased) called, Jo Leeds did not"),
    ],
)
def test_a_trace_is_replaced_and_nothing_else(text: str, redacted: str) -> None:
    assert SOUGHT.redact(text) == redacted


def test_an_address_of_an_international_domain_is_found_in_either_form() -> None:
    sought = Sought(SECRET, frozenset({hash_of("minsu@xn--3e0b707e.example.org", SECRET)}))

    assert sought.is_in("Minsu@xn--3e0b707e.example.org")
    assert sought.is_in("minsu@한국.example.org")
