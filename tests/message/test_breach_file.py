"""The file of a leak: nothing is guessed, and whatever is missing is named at once."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import product
from typing import Final
from zoneinfo import ZoneInfo

import pytest
import yaml

from newsletter.errors import ContentError
from newsletter.lang import Lang
from newsletter.message.breach_file import (
    ITEMS,
    MOMENTS,
    BreachFile,
    read_breach_file,
    write_empty_breach_file,
)

SEOUL: Final = ZoneInfo("Asia/Seoul")
BERLIN: Final = ZoneInfo("Europe/Berlin")
NOW: Final = datetime(2026, 12, 1, 3, tzinfo=UTC)
TEXTS: Final = {name: {"ko": f"{name} 내용", "en": f"{name} in words"} for name in ITEMS}
WHOLE: Final = {"known": "2026-12-01 09:00", "since": "2026-11-28 13:30", **TEXTS}
EVERY_TEXT: Final = list(product(ITEMS, Lang))


def read(content: "Mapping[str, object] | str", zone: ZoneInfo = SEOUL) -> BreachFile:
    is_text = isinstance(content, str)
    text = content if is_text else yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    return read_breach_file(str(text).encode(), "leak.yaml", zone, NOW)


def faults(content: "Mapping[str, object] | str", zone: ZoneInfo = SEOUL) -> list[str]:
    with pytest.raises(ContentError) as caught:
        read(content, zone)
    return [str(problem) for problem in caught.value.problems]


def test_a_whole_file_is_read() -> None:
    found = read({**WHOLE})

    assert found.known == datetime(2026, 12, 1, 0, tzinfo=UTC)
    assert found.since == datetime(2026, 11, 28, 4, 30, tzinfo=UTC)
    assert found.values(Lang.KO)["what"] == "what 내용"
    assert found.values(Lang.EN)["what"] == "what in words"


def test_an_empty_file_to_fill_in_lacks_everything_and_says_so_at_once() -> None:
    found = faults(write_empty_breach_file(SEOUL))

    assert len(found) == len(MOMENTS) + len(EVERY_TEXT)
    assert all(line.startswith("leak.yaml:") for line in found)
    assert len({line.split(" ")[0] for line in found}) == len(found)  # each has its own line


def test_an_empty_file_to_fill_in_explains_every_field_in_both_languages() -> None:
    text = write_empty_breach_file(SEOUL)

    for meaning in (*MOMENTS.values(), *ITEMS.values()):
        assert f"# {meaning!s}\n" in text
    assert "# 손해배상을 청구하는 방법\n" in text
    assert "Asia/Seoul" in text


@pytest.mark.parametrize(("name", "lang"), EVERY_TEXT)
@pytest.mark.parametrize("is_there", [True, False])
def test_an_item_that_lacks_one_language_is_named_with_it(
    name: str, lang: Lang, is_there: bool
) -> None:
    texts = dict(TEXTS[name])
    if is_there:
        texts[lang.value] = ""
    else:
        del texts[lang.value]

    [fault] = faults({**WHOLE, name: texts})

    assert f"'{name}.{lang}' is missing" in fault
    assert str(ITEMS[name]) in fault


@pytest.mark.parametrize("name", ITEMS)
@pytest.mark.parametrize("empty", ["", {}])
def test_an_item_that_says_nothing_is_named_in_every_language(name: str, empty: object) -> None:
    found = faults({**WHOLE, name: empty})

    assert [f"'{name}.{lang}' is missing" in fault for lang, fault in zip(Lang, found, strict=True)]


@pytest.mark.parametrize("key", MOMENTS)
def test_a_time_that_is_missing_is_named(key: str) -> None:
    for content in ({**WHOLE, key: ""}, {one: said for one, said in WHOLE.items() if one != key}):
        [fault] = faults(content)
        assert f"{key!r} is missing" in fault
        assert str(MOMENTS[key]) in fault


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"since": "yesterday"}, "write a day and a time in Asia/Seoul"),
        ({"since": "2026-11-28"}, "write a day and a time in Asia/Seoul"),
        ({"since": "2025-02-29 09:00"}, "write a day and a time in Asia/Seoul"),
        ({"known": "2026-12-01 12:01"}, "'known' is yet to come: it is 2026-12-01 12:00 now"),
        ({"since": "2026-12-01 09:01"}, "'since' is later than 'known'"),
        ({"what": "the list"}, "'what'"),
        ({"what": ["the list"]}, "'what'"),
        ({"wat": {"ko": "x", "en": "x"}}, "'wat'"),
        ({"subject": {"ko": "(광고) 안내", "en": "A notice"}}, "the mark of advertising"),
        ({"subject": {"ko": "안내", "en": "A notice", "fr": "Avis"}}, "'fr'"),
        ({"contact": {"ko": 12345, "en": "the office"}}, "'12345' says nothing"),
        ({"what": {"ko": "-", "en": "the list"}}, "'-' says nothing"),
        ({"what": {"ko": "명단", "en": "TBD"}}, "'TBD' says nothing"),
        ({"subject": {"ko": "안내", "en": "A" * 201}}, "201 characters; at most 200"),
        (
            {"what": {"ko": "What leaked was the list", "en": "목록"}},
            "what.ko: most of this is in E",
        ),
        (
            {"what": {"ko": "목록", "en": "구독자 명단이 유출됨"}},
            "what.en: most of this is in Korean",
        ),
    ],
)
def test_a_fault_is_named(content: Mapping[str, object], said: str) -> None:
    found = faults({**WHOLE, **content})

    assert any(said in fault for fault in found), found


def test_names_and_addresses_of_another_language_are_no_fault() -> None:
    contact = "Gyeonggi Medical e-News 담당, privacy@example.org, https://example.org/ko/privacy"
    named = "The office (경기도 보건건강국) lost the list"

    read({**WHOLE, "contact": {"ko": contact, "en": "privacy@example.org"}})
    read({**WHOLE, "what": {"ko": "명단", "en": named}})


def test_faults_of_all_kinds_are_named_together() -> None:
    found = faults({**WHOLE, "since": "soon", "what": {"ko": "주소"}, "extra": "x"})

    assert len(found) == 3


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-03-29 01:59", datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        ("2026-03-29 03:00", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("2026-10-25 02:30+02:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25 02:30+01:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("2024-02-29 09:00", datetime(2024, 2, 29, 8, 0, tzinfo=UTC)),
    ],
)
def test_a_time_is_of_the_zone_however_its_clocks_go(written: str, at: datetime) -> None:
    assert read({**WHOLE, "known": "2026-12-01 03:00", "since": written}, BERLIN).since == at


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2026-03-29 02:30", "never show this time"),
        ("2026-10-25 02:30", "write 2026-10-25 02:30+02:00 or 2026-10-25 02:30+01:00"),
    ],
)
def test_an_hour_that_the_clocks_skip_or_repeat_is_not_guessed(written: str, said: str) -> None:
    [fault] = faults({**WHOLE, "known": "2026-12-01 03:00", "since": written}, BERLIN)

    assert said in fault


def test_the_hash_is_of_what_is_said_and_not_of_comments() -> None:
    text = yaml.safe_dump(WHOLE, allow_unicode=True, sort_keys=False)

    assert read(text).hash == read(f"# checked\n{text}").hash
    for name, lang in EVERY_TEXT:
        changed = {**WHOLE, name: {**TEXTS[name], lang.value: "else"}}
        assert read(changed).hash != read(text).hash
    for key in MOMENTS:
        assert read({**WHOLE, key: "2026-11-28 13:31"}).hash != read(text).hash
