"""S4, S5: readers are told the result of what they declared, and asked again every two years."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

import pytest

from newsletter.dispatch.states import State
from newsletter.lang import Preference
from newsletter.subscribers.decisions import enrol
from newsletter.subscribers.subscriber import Standing
from tests.stage.readers import ReaderList
from tests.subscribers.makers import make_row
from tests.web.house import READER, House, links_of, shows, text_of

NEW: Final = "new@example.org"
DELIVERED: Final = "outbox:outbox?delivers=yes"  # another program takes the mails out
TWO_YEARS: Final = timedelta(days=730)


def results(house: House) -> list[EmailMessage]:
    """Send what is due; return the results of consent that have left."""
    house.mails()
    return house.results


def consented(house: House, address: str, ago: timedelta, preference: Preference) -> None:
    with house.site.records.book().opened() as page:
        enrol(make_row(address, "", preference, house.site.now - ago), page, house.site.now)


def owed(house: House) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = json.loads(house.stage.run("notices", "due", "--json"))
    return found


def duties(house: House, status: int = 0) -> dict[str, Mapping[str, Any]]:
    said = house.stage.run("duties", "--json", status=status)
    return {one["duty"]: one for one in json.loads(said)}


def test_s4_the_result_of_consent_is_told_at_once_with_its_three_items(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.subscribe()

    [mail] = results(house)

    assert mail["To"] == NEW
    assert "List-Unsubscribe" not in mail
    text = text_of(mail)
    assert "보내는 사람: " in text
    assert "수신 동의 일시: 2022년 8월 26일" in text
    assert "처리 결과: 수신 동의를 처리하였습니다." in text
    preferences, leave = links_of(mail)
    assert house.get(preferences).status_code == 200
    house.post(leave)
    assert house.standing(NEW) == "unsubscribed"


def test_s4_the_result_of_leaving_is_told_with_its_three_items(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.post(house.leaving_path())

    text = text_of(house.mail())

    for item in ("보내는 사람: ", "수신 거부 일시: 2022년 8월", "처리 결과: 요청하신 대로"):
        assert item in text


def test_s4_what_the_office_was_told_is_answered_too(tmp_path: Path) -> None:
    house = House(tmp_path)
    said = house.stage.run(
        *("subscribers", "add", NEW, "--language", "en", "--consented-at", "2022-08-26")
    )
    assert "told the result" in said
    assert [one["kind"] for one in owed(house)] == ["agreed"]

    [mail] = results(house)
    house.stage.run("subscribers", "remove", NEW, "--by", "Kim")

    assert "You agreed on: August 26, 2022" in text_of(mail)
    assert "You unsubscribed on: August 26, 2022" in text_of(house.mail())
    assert owed(house) == []


@pytest.mark.parametrize(
    ("given", "shown", "told"),
    [
        ("2022-08-25", "2022-08-25", {"ko": "2022년 8월 25일", "en": "August 25, 2022"}),
        (
            "2022-08-25T00:00:01+09:00",
            "2022-08-25 00:00",
            {"ko": "2022년 8월 25일 00:00", "en": "August 25, 2022, 00:00"},
        ),
        (
            "2022-08-25T17:05+09:00",
            "2022-08-25 17:05",
            {"ko": "2022년 8월 25일 17:05", "en": "August 25, 2022, 17:05"},
        ),
    ],
)
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_consent_of_a_day_is_shown_without_a_time(
    tmp_path: Path, given: str, shown: str, told: Mapping[str, str], lang: str
) -> None:
    house = House(tmp_path)
    house.stage.run("subscribers", "add", NEW, "--language", lang, "--consented-at", given)
    page = tmp_path / "page.html"

    [mail] = results(house)
    said = house.stage.run("subscribers", "show", NEW)
    recorded = house.stage.run("consent", "show", NEW)
    house.stage.run("subscribers", "show", NEW, "--page", str(page), "--because", "x")

    assert has_line(text_of(mail), told[lang])
    assert re.search(rf"^consented +{shown}( \(|$)", said, re.MULTILINE)
    assert re.match(rf"{shown}( KST)? +agreed", recorded)
    assert re.search(rf">{told[lang]}<", page.read_text(encoding="utf-8"))


def has_line(text: str, end: str) -> bool:
    return any(line.endswith(end) for line in text.splitlines())


@pytest.mark.parametrize("days", [0, 13, 14, 15, 16, 25, 400])
@pytest.mark.parametrize("again", [False, True])
def test_s4_the_office_hears_whether_a_consent_is_too_old_to_be_told(
    tmp_path: Path, days: int, *, again: bool
) -> None:
    house = House(tmp_path)
    if again:
        consented(house, NEW, timedelta(days=900), Preference.KO)
    day = (house.site.now + timedelta(hours=9)).date() - timedelta(days=days)  # in Seoul
    words = [*(["--again"] if again else []), "--consented-at", day.isoformat()]

    said = house.stage.run("subscribers", "add", NEW, *words)

    found = [one for one in owed(house) if one["kind"] == "agreed"]
    assert len(found) == (days <= 14)
    assert ("told the result by email" in said) is bool(found)
    assert ("more than 14 days ago" in said) is not bool(found)
    assert len(results(house)) == len(found)


def test_s4_a_complaint_or_a_mailbox_that_is_gone_owes_nothing(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.stage.run("subscribers", "suppress", READER, "--because", "complained by phone")

    assert house.mails() == []
    assert owed(house) == []


def test_s4_who_never_wants_mail_again_gets_none(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.ask()
    never = links_of(house.mail())[1]

    house.post(never)

    assert house.mails() == []
    assert owed(house) == []


def test_s4_a_file_that_brings_new_consents_owes_their_results(tmp_path: Path) -> None:
    house = House(tmp_path)
    day = (house.site.now + timedelta(hours=9)).date()  # in Seoul
    file = tmp_path / "event.csv"
    days = {"a": 3, "last-day": 14, "too-late": 15}
    rows = "".join(f"{who}@example.org,{day - timedelta(days=n)}\n" for who, n in days.items())
    file.write_text(f"email,consented_at\n{rows}c@example.org,\n")
    house.stage.run("subscribers", "import", str(file))

    before = owed(house)
    house.room.keep_up()
    house.room.keep_up()

    due = {one["address"]: one["due"] for one in before}
    assert due == {
        "a@example.org": (day + timedelta(days=11)).isoformat(),
        "last-day@example.org": day.isoformat(),
    }
    assert {one["state"] for one in before} == {None}
    assert sorted(str(mail["To"]) for mail in results(house)) == sorted(due)


def test_s4_who_left_elsewhere_was_told_there(tmp_path: Path) -> None:
    house = House(tmp_path)
    file = tmp_path / "left.csv"
    file.write_text(f"email,탈퇴일\nx@example.org,{house.site.now.date()}\n")
    house.stage.run("subscribers", "import", str(file))

    house.room.keep_up()

    assert owed(house) == []
    assert house.mails() == []


def test_s4_a_result_that_was_not_sent_for_fourteen_days_is_overdue(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.post(house.leaving_path())
    assert duties(house)["results"]["due"] == 1  # at once, whenever the 14 days end

    house.move_clock(days=14)
    assert duties(house)["results"]["overdue"] == 0
    house.move_clock(days=1)
    assert duties(house, status=1)["results"]["overdue"] == 1
    assert "overdue" in house.stage.run("notices", "due")

    house.stage.run("notices", "send")
    assert duties(house)["results"]["overdue"] == 0


def test_s5_readers_are_asked_before_two_years_have_passed(tmp_path: Path) -> None:
    house = House(tmp_path)
    consented(house, "soon@example.org", TWO_YEARS - timedelta(days=5), Preference.EN)
    consented(house, "later@example.org", TWO_YEARS - timedelta(days=40), Preference.EN)
    consented(house, "missed@example.org", TWO_YEARS + timedelta(days=5), Preference.KO)
    assert duties(house, status=1)["renewals"] == {
        "duty": "renewals",
        "due": 1,
        "overdue": 1,
        "until": "2022-08-20",
    }
    assert "nothing was sent" in house.stage.run("notices", "send", "--dry-run")
    assert house.mails() == []

    house.stage.run("notices", "send")

    mails = {mail["To"]: mail for mail in house.mails()}
    assert mails.keys() == {"soon@example.org", "missed@example.org"}
    text = text_of(mails["soon@example.org"])
    assert (
        "Your consent: You agreed to receive “Medical Gyeonggi e-News” on August 31, 2020" in text
    )
    assert "Please answer by: August 30, 2022" in text
    assert "If you do not answer, your consent continues" in text
    assert "확인 기한: 2022년 9월 25일까지" in text_of(mails["missed@example.org"])
    assert duties(house)["renewals"]["due"] == 0
    house.stage.run("notices", "send")
    assert house.mails() == []


def test_s5_the_button_confirms_and_is_recorded_and_opening_is_not(tmp_path: Path) -> None:
    house = House(tmp_path)
    consented(house, NEW, TWO_YEARS - timedelta(days=5), Preference.KO)
    house.stage.run("notices", "send")
    keep, leave = links_of(house.mail())

    shown = house.get(keep)
    before = house.site.records.consents().find(NEW)
    answer, again = house.post(keep), house.post(keep)

    assert shows(shown, "renew")
    assert [one.act for one, _ in before] == ["agreed"]
    assert shows(answer, "renewed")
    assert shows(again, "renewed")
    acts = sorted(one.act for one, _ in house.site.records.consents().find(NEW))
    assert acts == ["agreed", "renewed"]
    assert "confirmed again" in house.stage.run("consent", "show", NEW)
    house.post(leave)
    assert shows(house.post(keep), "renew_late")


@pytest.mark.parametrize("silence", ["kept", "removed"])
def test_s5_what_silence_means_is_a_setting(tmp_path: Path, silence: str) -> None:
    house = House(tmp_path, renewal_silence=silence, mail_url=DELIVERED)
    for address in (NEW, "answers@example.org"):
        consented(house, address, TWO_YEARS - timedelta(days=5), Preference.KO)
    house.stage.run("notices", "send")
    mails = {mail["To"]: mail for mail in house.mails()}
    house.post(links_of(mails["answers@example.org"])[0])
    is_end = silence == "removed"
    assert ("구독이 끝나며" in text_of(mails[NEW])) is is_end

    house.move_clock(days=4)
    house.room.keep_up()
    assert house.standing(NEW) == "active"
    house.move_clock(days=1)
    house.room.keep_up()

    assert house.standing(NEW) == ("unsubscribed" if is_end else "active")
    assert house.standing("answers@example.org") == "active"
    assert house.mails() == []
    ways = [one.way for one, _ in house.site.records.consents().find(NEW)]
    assert ("silence" in ways) is is_end
    assert owed(house) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE mails SET begun_at = '2022-08-29 09:00:00.000000' WHERE kind = 'renewal'",  # late
        "UPDATE mails SET begun_at = '2022-09-01 09:00:00.000000' WHERE kind = 'renewal'",
        "INSERT INTO feedback_events (source, raw_id, received_at, kind, bounce_class, proof,"
        " subscriber_id, mail_name, action) SELECT 'mail', 'x', begun_at, 'bounce', 'soft',"
        " 'address', subscriber_id, name, 'count' FROM mails WHERE kind = 'renewal'",
        "UPDATE subscribers SET standing_since = '2022-08-28 09:00:00.000000'",  # put back
    ],
)
def test_s5_silence_means_nothing_where_the_question_was_late_or_never_there(
    tmp_path: Path, change: str
) -> None:
    house = House(tmp_path, renewal_silence="removed", mail_url=DELIVERED)
    consented(house, NEW, TWO_YEARS - timedelta(days=5), Preference.KO)
    house.stage.run("notices", "send")
    house.mails()
    with house.site.records.database.begin() as connection:
        assert connection.exec_driver_sql(change).rowcount

    house.move_clock(days=9)
    house.room.keep_up()

    assert house.standing(NEW) == "active"


def test_s5_a_notice_that_no_server_accepted_ends_no_subscription(tmp_path: Path) -> None:
    house = House(tmp_path, renewal_silence="removed")
    consented(house, NEW, TWO_YEARS - timedelta(days=5), Preference.KO)
    house.stage.run("notices", "send")
    house.mails()
    with house.site.records.database.begin() as connection:
        connection.exec_driver_sql("UPDATE mails SET state = 'refused' WHERE kind = 'renewal'")

    house.move_clock(days=9)
    house.room.keep_up()

    assert house.standing(NEW) == "active"
    assert duties(house)["unproven"]["due"] == 1


def test_s5_who_agreed_anew_is_asked_two_years_later(tmp_path: Path) -> None:
    house = House(tmp_path)
    consented(house, NEW, TWO_YEARS - timedelta(days=5), Preference.KO)
    house.stage.run("notices", "send")
    house.mails()
    house.post(house.leaving_path(NEW))
    house.mails()
    house.subscribe()
    assert len(results(house)) == 1

    house.move_clock(days=10)
    assert owed(house) == []
    house.move_clock(days=690)
    assert [one["kind"] for one in owed(house)] == ["renewal"]


def test_readers_without_a_date_of_consent_are_a_duty(tmp_path: Path) -> None:
    site = ReaderList(tmp_path)
    site.run("import", site.write("email\na@example.org\nb@example.org\n"))

    result = site.stage.invoke("duties", "--json")

    assert result.exit_code == 0
    assert {"duty": "undated", "due": 2, "overdue": 0, "until": None} in json.loads(result.stdout)


def test_the_notices_of_many_readers_are_asked_for_once_each(tmp_path: Path) -> None:
    house = House(tmp_path)
    ago = TWO_YEARS - timedelta(days=5)
    with house.site.records.book().opened() as page:
        for number in range(1200):
            row = make_row(f"n{number}@example.org", "", Preference.KO, house.site.now - ago)
            enrol(row, page, house.site.now)

    said = house.stage.run("notices", "send")

    assert "1,200 × consent, confirmed again" in said
    assert len(house.mails()) == 1200
    assert house.reader("n7@example.org").standing is Standing.ACTIVE
    assert not house.room.deliver_due()[State.ACCEPTED]


def test_what_a_reader_was_told_of_silence_holds_whatever_the_setting_becomes(
    tmp_path: Path,
) -> None:
    house = House(tmp_path, renewal_silence="kept")
    consented(house, NEW, TWO_YEARS - timedelta(days=5), Preference.KO)
    house.stage.run("notices", "send")
    assert "지금처럼 보내 드립니다" in text_of(house.mail())

    house.stage.environ["NEWSLETTER_RENEWAL_SILENCE"] = "removed"
    house.stage.restart()
    house.stage.site.now += timedelta(days=9)
    house.stage.run("notices", "send")

    found = house.stage.site.records.book().find(NEW)
    assert found is not None
    assert found.standing is Standing.ACTIVE


def test_s4_what_the_office_recorded_is_owed_once(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.site.pace = timedelta(milliseconds=3)  # as real clocks go

    house.stage.run("subscribers", "remove", READER, "--by", "Kim")

    assert [one["state"] for one in owed(house)] == ["pending"]
    assert duties(house)["results"]["due"] == 1
    house.stage.run("notices", "send")
    assert owed(house) == []


def test_what_was_only_written_to_a_folder_has_told_nobody(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.post(house.leaving_path())
    consented(house, NEW, timedelta(days=1), Preference.KO)
    consented(house, "old@example.org", TWO_YEARS - timedelta(days=5), Preference.KO)

    said = house.stage.run("notices", "send")

    assert "tell nobody" in said
    assert owed(house) == []  # as long as mails go there
    house.stage.environ["NEWSLETTER_MAIL_URL"] = "smtp://mx.example.org"
    house.stage.restart()
    house.site = house.stage.site
    assert {(one["address"], one["kind"]) for one in owed(house)} == {
        (READER, "left"),
        (NEW, "agreed"),
        ("old@example.org", "renewal"),
    }


REHEARSAL: Final = "outbox:outbox"
SERVER: Final = "smtp://mx.example.org"


@pytest.mark.parametrize("state", ["accepted", "unknown", "refused"])
@pytest.mark.parametrize(
    ("before", "now", "tells"),
    [
        (REHEARSAL, REHEARSAL, True),  # or each look would write it again
        (REHEARSAL, "outbox:elsewhere", True),
        (REHEARSAL, DELIVERED, False),
        (REHEARSAL, "outbox:elsewhere?delivers=yes", False),
        (REHEARSAL, SERVER, False),
        (DELIVERED, DELIVERED, True),
        (DELIVERED, REHEARSAL, True),
        (DELIVERED, SERVER, True),
    ],
)
def test_only_what_was_sent_by_a_way_that_delivers_has_told_somebody(
    tmp_path: Path, before: str, now: str, state: str, *, tells: bool
) -> None:
    house = House(tmp_path, mail_url=before)
    house.post(house.leaving_path())
    consented(house, NEW, timedelta(days=1), Preference.KO)
    consented(house, "old@example.org", TWO_YEARS - timedelta(days=5), Preference.KO)
    house.stage.run("notices", "send")
    with house.site.records.database.begin() as connection:
        connection.exec_driver_sql(f"UPDATE mails SET state = '{state}'")

    house.stage.environ["NEWSLETTER_MAIL_URL"] = now
    house.stage.restart()
    house.site = house.stage.site

    found = owed(house)
    assert {one["kind"] for one in found if one["state"] is None} == (
        set() if tells else {"left", "agreed", "renewal"}
    )
    unproven = [one["state"] for one in found if one["state"] is not None]
    assert unproven == ([state] * 3 if tells and state != "accepted" else [])


def test_what_a_rehearsal_wrote_is_sent_once_the_folder_delivers(tmp_path: Path) -> None:
    house = House(tmp_path, renewal_silence="removed")
    consented(house, NEW, TWO_YEARS - timedelta(days=5), Preference.KO)
    house.stage.run("notices", "send")
    rehearsed = text_of(house.mail())

    house.stage.environ["NEWSLETTER_MAIL_URL"] = DELIVERED
    house.stage.restart()
    house.site = house.stage.site
    house.open()
    house.move_clock(days=10)
    house.room.keep_up()
    assert house.standing(NEW) == "active"  # nobody has asked them
    house.stage.run("notices", "send")

    [mail] = house.mails()
    assert (mail["To"], text_of(mail) != rehearsed) == (NEW, True)  # another day for the answer
    house.stage.run("notices", "send")
    assert house.mails() == []
    house.move_clock(days=40)
    house.room.keep_up()
    assert house.standing(NEW) == "unsubscribed"


def test_a_silence_in_a_rehearsal_ends_no_subscription(tmp_path: Path) -> None:
    house = House(tmp_path, renewal_silence="removed")
    consented(house, NEW, TWO_YEARS - timedelta(days=5), Preference.KO)
    house.stage.run("notices", "send")

    house.move_clock(days=10)
    house.room.keep_up()
    house.stage.run("notices", "send")

    assert house.standing(NEW) == "active"


def test_s4_who_was_told_and_moves_is_not_told_again(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.subscribe()
    house.post(house.leaving_path())
    house.mails()

    for old in (NEW, READER):
        house.stage.run("subscribers", "change-address", old, f"moved-{old}")

    assert owed(house) == []


def test_s5_who_confirmed_and_moves_is_not_asked_again(tmp_path: Path) -> None:
    house = House(tmp_path, renewal_silence="removed", mail_url=DELIVERED)
    consented(house, NEW, TWO_YEARS - timedelta(days=5), Preference.KO)
    house.stage.run("notices", "send")
    house.post(links_of(house.mail())[0])

    house.stage.run("subscribers", "change-address", NEW, "moved@example.org")

    assert owed(house) == []
    house.move_clock(days=40)
    house.stage.run("notices", "send")
    assert house.standing("moved@example.org") == "active"
