"""A list of 402 lines as a Korean office has it in Excel: CP949, and everything a little odd."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Final

from newsletter.lang import Preference
from newsletter.subscribers.book import Selection
from newsletter.subscribers.subscriber import Standing
from tests.cli.test_subscribers import counts, site
from tests.stage.readers import ReaderList

__all__ = ["site"]

FAMILIES: Final = "김이박최정강조윤장임한오서신권황안송류홍"
GIVEN: Final = "민지 서연 도윤 하준 지우 예은 현우 수빈 영희 철수 은정 재혁 가온 펲 똠이".split()
LANGUAGES: Final = {
    "국문": Preference.KO,
    "영문": Preference.EN,
    "둘 다": Preference.BOTH,
    "국문/영문": Preference.BOTH,
    "": None,
}
STANDINGS: Final = ["구독중"] * 30 + ["탈퇴", "수신거부", "반송", "구독 중", ""]
BAD: Final = {  # line -> the row, and why it is refused
    40: ("minji@example", "김민지", "국문", "구독중", "2021-03-02", "is not an address"),
    90: ("", "박수빈", "국문", "구독중", "2021-03-02", "no address"),
    150: ("kim@example.org", "김하나", "일문", "구독중", "2021-03-02", "'일문' is not known"),
    200: ("lee@example.org", "이하나", "국문", "구독중", "7/1/2021", "can mean 2021-01-07 or"),
    260: ("han@example.org", "한하나", "국문", "구독중", "2099-01-01", "is in the future"),
    330: (
        "oh@example.org",
        "오하나",
        "국문",
        "구독중",
        "2021-03-02,메모,또",
        "7 fields, but the heading has 6",
    ),
}


def written(day: date, way: int) -> str:
    return [
        day.isoformat(),
        f"{day.year}. {day.month}. {day.day}.",
        f"{day.year}년 {day.month}월 {day.day}일",
        f"{day.year}-{day.month:02d}-{day.day:02d} 오전 12:00",
        str((day - date(1899, 12, 30)).days),
    ][way]


def test_nearly_all_of_a_korean_list_comes_in_and_the_rest_is_told_why(site: ReaderList) -> None:
    random, days = Random(402), dict[str, date]()
    lines = ["성명,이메일,수신 언어,구독상태,동의일자,비고"]
    expected: dict[str, tuple[Preference | None, Standing]] = {}
    repeats = {121: 21, 305: 12}
    for number in range(2, 403):
        if number in BAD:
            address, name, language, standing, consented, _ = BAD[number]
            lines.append(f"{name},{address},{language},{standing},{consented}")
            continue
        address = f"reader{repeats.get(number, number)}@example.org"
        name = random.choice(FAMILIES) + random.choice(GIVEN)
        language = random.choice(list(LANGUAGES))
        standing = random.choice(STANDINGS)
        day = days.setdefault(address, date(2019, 1, 1) + timedelta(random.randrange(1200)))
        row = [name, address, language, standing, written(day, number % 5), "전화 확인"]
        if number % 7:
            row[-1:] = [] if number % 3 == 0 else ["", ""]  # as Excel leaves fields away, or adds
        lines.append(",".join(row))
        if number not in repeats:
            stands = {"탈퇴": Standing.UNSUBSCRIBED, "수신거부": Standing.UNSUBSCRIBED}
            stands |= {"반송": Standing.SUPPRESSED}
            expected[address] = LANGUAGES[language], stands.get(standing, Standing.ACTIVE)
    file = site.write(("\r\n".join(lines) + "\r\n").encode("cp949"))

    result = site.run("import", file)

    assert len(lines) == 402
    assert counts(result)["refused"] == len(BAD) < 10
    for line, (*_, reason) in BAD.items():
        [said] = [one for one in result.stderr.splitlines() if one.startswith(f"{file}:{line}: ")]
        assert reason in said
    assert f"{file}:121: reader21@example.org is already in line 21" in result.stderr
    assert f"{file}:305: reader12@example.org is already in line 12" in result.stderr
    readers = {one.address: one for one in site.book().select(Selection())}
    assert readers.keys() == expected.keys()
    once = expected.keys() - {f"reader{number}@example.org" for number in repeats.values()}
    assert {a: (readers[a].preference, readers[a].standing) for a in once} == {
        address: expected[address] for address in once
    }
    assert {address: one.consented_at for address, one in readers.items()} == {
        address: datetime(day.year, day.month, day.day, tzinfo=site.stage.site.zone()).astimezone(
            UTC
        )
        for address, day in days.items()
    }
