"""Addresses are found in texts by their hashes, however servers and people write them."""

import re
from time import process_time
from typing import Final
from unicodedata import normalize

import pytest

from newsletter.subscribers.address import address_of
from newsletter.subscribers.loose_ats import PERHAPS
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


@pytest.mark.parametrize(
    ("name", "text", "redacted"),
    [
        ("Jo Lee", "JO LEE and jo  lee called", "(erased) and (erased) called"),
        ("Zoë Müller", "ZOË MÜLLER님이 전화", "(erased)님이 전화"),
        ("Minji", "minji wrote, MINJI too, Minjis not", "(erased) wrote, (erased) too, Minjis not"),
        ("Lee", "이Lee가 LEE와 통화", "이(erased)가 (erased)와 통화"),
        ("the", "the server of the office", "the server of the office"),
        ("an", "an answer", "an answer"),
        (
            "홍 길동",
            "홍길동한테 전화, 홍 길동 팀장께 보고",
            "(erased)한테 전화, (erased) 팀장께 보고",
        ),
        (
            "홍길동",
            "VIP홍길동 홍길동에게서 홍길동이는 신홍길동",
            "VIP(erased) (erased)에게서 (erased)이는 신홍길동",
        ),
        ("이수", "이수진 과장, 이수 과장, 이수는", "이수진 과장, (erased) 과장, 이수는"),
        ("소식", "이번 달 소식을 받지 않겠다고 함", "이번 달 소식을 받지 않겠다고 함"),
        ("김민지", "김민지 사무관, 김민지요", "(erased) 사무관, (erased)요"),
        (
            "Grace",
            "Grace called; Grace Kim and Ann Grace did not",
            "(erased) called; Grace Kim and Ann Grace did not",
        ),
        ("홍길동", normalize("NFD", "홍길동 과장"), "(erased)" + normalize("NFD", " 과장")),
        ("Kim (A_B)", "kim (a_b) and Kim (AXB)", "(erased) and Kim (AXB)"),
        ("A", "A or B", "A or B"),
    ],
)
def test_a_name_is_found_as_people_write_it(name: str, text: str, redacted: str) -> None:
    assert Sought(SECRET, frozenset(), frozenset({name})).redact(text) == redacted


@pytest.mark.parametrize(
    ("address", "text", "redacted"),
    [
        (
            "o'brien@example.org",
            "same as o'brien@example.org, by phone",
            "same as (erased), by phone",
        ),
        ("a|b{c}@example.org", "<a|b{c}@example.org>", "<(erased)>"),
        ("kim@example.org", "“kim@example.org”로 '*kim@example.org*'", "“(erased)”로 '*(erased)*'"),
        (
            "kim@example.org",
            "받는이kim@example.org에게 -kim@example.org-",
            "받는이(erased)에게 -(erased)-",
        ),
        ("kim@example.org", "no-kim@example.org and o'kim@example.org", None),
        ("user@한글.kr", "user@한글.kr로 보냄", "(erased)로 보냄"),
        ("unique@bücher.example", "unique@bücher.example에서 답장", "(erased)에서 답장"),
        ("kim@example.org", "a@b@kim@example.org@c", "a@b@(erased)@c"),
        ("kim@example.org", 'From: "Kim" <"kim"@example.org>', 'From: "Kim" <(erased)>'),
        ("kim@example.org", '"k\\im"@example.org, "no"@example.org', '(erased), "no"@example.org'),
    ],
)
def test_an_address_is_found_as_people_write_it(
    address: str, text: str, redacted: str | None
) -> None:
    sought = Sought(SECRET, frozenset({hash_of(address_of(address).key, SECRET)}))

    assert sought.redact(text) == (text if redacted is None else redacted)


SPELT: Final = (
    "minsu.kim＠example.org",
    "minsu.kim﹫example.org",
    "minsu.kim @ example.org",
    "minsu.kim\u3000＠\xa0example.org",
    "minsu.kim\n@example.org",
    "minsu.kim(at)example.org",
    "minsu.kim [AT] example.org",
    "minsu.kim{at}example.org",
    "minsu.kim（ａｔ）example.org",
    "minsu.kim(@)example.org",
    "minsu.kim at example.org",
    "minsu.kim골뱅이example.org",
    "minsu.kim 골뱅이 example.org",
    "minsu.kim(골뱅이)example.org",
    "minsu(dot)kim(at)example[dot]org",
    "minsu.kim at example dot org",
    "minsu.kim%EF%BC%A0example.org",
    "minsu.kim\u200b@example.org",
    "min\u200dsu.kim@exam\u2060ple.org",
    "min\xadsu.kim@exam\xadple.org",
    "ｍｉｎｓｕ．ｋｉｍ@ｅｘａｍｐｌｅ．ｏｒｇ",
    "Ｍinsu。kim＠Example。ORG",
    "minsu.kim@example｡org",
    "𝐦𝐢𝐧𝐬𝐮.kim@example.org",
)
AROUND: Final = (
    ("", ""),
    ("전화 ", "에게 "),
    ("（", "）"),
    ("주소：", "、"),
    ("㈜ ① ", "…"),
    ("a@b.org, ", "; c@d.org"),
)


@pytest.mark.parametrize("written", SPELT)
@pytest.mark.parametrize(("before", "after"), AROUND)
def test_an_address_is_found_however_it_is_disguised(written: str, before: str, after: str) -> None:
    said = f"{before}{written}{after}"

    assert SOUGHT.redact(said) == f"{before}(erased){after}"
    assert re.search(PERHAPS, said), "a database would not look into it"


@pytest.mark.parametrize("written", SPELT)
@pytest.mark.parametrize(
    ("before", "after"), [("x", ""), ("no-", ""), ("other.", ""), ("", ".kr"), ("", "x")]
)
def test_a_longer_address_is_somebody_elses_however_it_is_disguised(
    written: str, before: str, after: str
) -> None:
    said = f"{before}{written}{after}"

    assert SOUGHT.redact_addresses(said) == said


@pytest.mark.parametrize(
    "said",
    [
        "look at example.org, minsu.kim",
        "minsu.kim 골뱅이무침 example.org",
        "minsu.kim, at example.org",
        "minsu.kim(at)example(dot)org(dot)kr",
        "minsu.kim@example。org。kr",
        "minsu.kim at the example.org",
        "김\u200b민수정은 다른 사람",
    ],
)
def test_what_only_looks_like_it_stays(said: str) -> None:
    assert SOUGHT.redact(said) == said


@pytest.mark.parametrize(
    ("said", "redacted"),
    [
        ("김\u200b민수님", "(erased)님"),
        (
            "Ｊｏ\u3000Ｌｅｅ called, Ｊｏ Ｌｅｅｄｓ did not",
            "(erased) called, Ｊｏ Ｌｅｅｄｓ did not",
        ),
        ("① Jo\xad Lee ②", "① (erased) ②"),
    ],
)
def test_a_name_is_found_however_it_is_disguised(said: str, redacted: str) -> None:
    assert SOUGHT.redact(said) == redacted
    assert re.search(PERHAPS, said)


@pytest.mark.parametrize("at", ["@", "＠", " (at) ", "\u200b@"])
def test_an_address_that_is_itself_in_unusual_letters_is_found(at: str) -> None:
    key = address_of("ｍｉｎｓｕ@example.org").key
    sought = Sought(SECRET, frozenset({hash_of(key, SECRET)}))

    assert sought.redact(f"<ｍｉｎｓｕ{at}example.org>") == "<(erased)>"
    assert not sought.is_in("minsu@example.org")


def test_a_long_text_of_addresses_takes_no_long() -> None:
    said = "\n".join(f"{number}，user{number} (at) example{number}.org" for number in range(5_000))

    began = process_time()
    assert SOUGHT.redact(said) == said

    assert process_time() - began < 10  # 0.7 s on a desk of 2022


def test_an_address_of_an_international_domain_is_found_in_either_form() -> None:
    sought = Sought(SECRET, frozenset({hash_of("minsu@xn--3e0b707e.example.org", SECRET)}))

    assert sought.is_in("Minsu@xn--3e0b707e.example.org")
    assert sought.is_in("minsu@한국.example.org")
