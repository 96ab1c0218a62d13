"""What somebody does who knows the rules: collects tabs, crowds others out, moves twice."""

import logging
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select, update

from newsletter.desk.mails import MailRoom
from newsletter.errors import ContentError, SettingsError
from newsletter.mails.limits import Limits
from newsletter.mails.mail import Mail, MailForm
from newsletter.message.envelope import Envelope
from newsletter.message.links import Purpose
from newsletter.storage.mail_tables import mails
from newsletter.storage.used_keys import Signed, UsedKey, note_key
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import Cause, Why
from newsletter.web.mail_thread import MailThread
from tests.saying import raises
from tests.web.house import READER, House, code_of, links_of, shows

OWN = {"name": "", "preference": "ko"}


def fresh_link(house: House) -> str:
    house.post(f"/p/{house.token(Purpose.PREFERENCES)}/link")
    return links_of(house.mail())[0]


def ask_to_move(house: House, link: str, address: str) -> list[str]:
    """Ask for a new address by a fresh link; return the links of the mail to it."""
    house.post(link, {**OWN, "address": address})
    return links_of(house.mail())


def put(house: House, address: str, standing: Standing, cause: Cause | None) -> None:
    with house.site.records.book().opened() as book:
        [entry] = book.find([address]).values()
        book.update([replace(entry, standing=standing, why=Why(cause))])


def test_tabs_cannot_be_collected_to_guess_in_all_of_them(tmp_path: Path) -> None:
    house = House(tmp_path)
    tabs = [house.ask() for _ in range(12)]
    house.mails()
    house.move_clock(hours=25)
    house.ask()
    code = code_of(house.mail())

    answers = [house.post(tab, {"code": code}) for tab in tabs]

    assert all(shows(answer, "gone") for answer in answers)
    assert house.standing("new@example.org") is None


def test_a_network_that_asks_a_thousand_times_keeps_no_other_waiting(tmp_path: Path) -> None:
    house = House(tmp_path, confirmations_per_hour="40")
    for number in range(300):
        house.ask(address=f"a{number}@example.org", peer="198.51.100.1")
    for number in range(30):
        house.ask(address=f"b{number}@example.org", peer="198.51.101.1")
    house.ask(address="innocent@example.org", peer="203.0.113.1")

    assert "innocent@example.org" in {mail["To"] for mail in house.mails()}


def test_a_full_network_is_decided_on_once_and_not_row_by_row(tmp_path: Path) -> None:
    house = House(tmp_path)
    for number in range(200):
        house.ask(address=f"a{number}@example.org", peer="198.51.100.1")
    book = house.site.records.mails(house.site.zone())
    house.mails()

    assert book.find_due(house.site.now, 1_000) == []
    [crowd] = house.site.records.crowds().find_crowds(house.site.now)
    assert crowd.waiting == 180


def test_requests_of_one_address_are_answered_by_one_mail_and_looked_at_once(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    for _ in range(150):
        house.post("/en/link", {"address": READER})

    assert len(house.mails()) == 1
    with house.site.records.database.connect() as connection:
        states = connection.execute(select(mails.c.state)).scalars().all()
    assert sorted(states) == ["accepted"] + ["skipped"] * 149


def test_strangers_do_not_use_up_what_a_readers_letter_may_ask_for(tmp_path: Path) -> None:
    house = House(tmp_path)
    for _ in range(3):
        house.post("/en/link", {"address": READER})
        house.mails()
        house.move_clock(minutes=10)

    house.post(f"/p/{house.token(Purpose.PREFERENCES)}/link")
    assert len(house.mails()) == 1
    house.post(house.leaving_path())
    house.ask(address=READER)

    assert any(code for code in map(_has_code, house.mails()))


def _has_code(mail: EmailMessage) -> bool:
    return "[" in str(mail["Subject"])


def test_a_mail_that_waited_is_good_for_a_week_from_when_it_left(tmp_path: Path) -> None:
    house = House(tmp_path, confirmations_per_hour="0")
    tab = house.ask()
    house.mails()
    house.move_clock(days=6, hours=23)
    waiting = replace(house.room._run, limits=Limits(10))
    house.room.__dict__["_run"] = waiting
    mail = house.mail()
    house.move_clock(hours=20)
    house.room.delete_old()

    assert shows(house.post(tab, {"code": code_of(mail)}), "confirmed")


def test_a_thief_who_moves_twice_does_not_end_the_way_back(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.post(ask_to_move(house, fresh_link(house), "evil1@example.org")[0])
    undo = links_of(house.mail())[0]
    house.move_clock(minutes=6)
    token = house.token(Purpose.PREFERENCES, "evil1@example.org")
    house.post(f"/p/{token}/link")
    house.post(ask_to_move(house, links_of(house.mail())[0], "evil2@example.org")[0])
    house.mails()

    assert shows(house.post(undo), "unmoved")

    assert house.standing() == "active"
    assert house.standing("evil1@example.org") == "unsubscribed"
    assert house.standing("evil2@example.org") == "unsubscribed"


def test_a_complaint_stays_with_the_address_that_complained(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.post(ask_to_move(house, fresh_link(house), "moved@example.org")[0])
    undo = links_of(house.mail())[0]
    put(house, "moved@example.org", Standing.SUPPRESSED, Cause.COMPLAINED)

    assert shows(house.post(undo), "undo_late")

    assert house.standing("moved@example.org") == "suppressed"
    tab = house.ask(address=READER)
    house.post(tab, {"code": code_of(house.mail())})
    assert house.standing() == "active"


def test_who_moved_and_left_is_not_told_that_issues_will_come(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.post(ask_to_move(house, fresh_link(house), "moved@example.org")[0])
    undo = links_of(house.mail())[0]
    house.post(house.leaving_path("moved@example.org"))

    assert shows(house.post(undo), "undo_late")


def test_never_again_closes_every_way_back(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.subscribe()
    house.post(house.leaving_path("new@example.org"))
    undo = links_of(house.mail())[0]
    house.move_clock(minutes=6)
    house.ask()
    house.post(links_of(house.mail())[1])

    house.post(undo)

    assert house.standing("new@example.org") == "unsubscribed"


def test_never_again_at_a_new_address_ends_the_move(tmp_path: Path) -> None:
    house = House(tmp_path)
    confirm, never = ask_to_move(house, fresh_link(house), "moved@example.org")
    house.post(never)

    assert shows(house.post(confirm), "closed")

    assert house.standing() == "active"
    assert house.find("moved@example.org") is None


def test_an_older_link_to_another_new_address_is_over(tmp_path: Path) -> None:
    house = House(tmp_path)
    wrong = ask_to_move(house, fresh_link(house), "typo@example.org")[0]
    house.move_clock(minutes=6)
    right = ask_to_move(house, fresh_link(house), "right@example.org")[0]
    house.post(right)

    assert shows(house.post(wrong), "gone")

    assert house.standing("right@example.org") == "active"


def test_another_spelling_of_the_same_address_needs_no_confirmation(tmp_path: Path) -> None:
    house = House(tmp_path)

    answer = house.post(fresh_link(house), {**OWN, "address": READER.upper()})

    assert shows(answer, "own_saved")
    assert house.reader().address == READER.upper()
    assert house.mails() == []


def test_a_rotation_loses_no_link_and_no_cached_answer_hides_it(tmp_path: Path) -> None:
    """Somebody tries a wrong token; then the key is rotated, and an issue is planned by it."""
    house = House(tmp_path)
    house.post("/u/wrong")
    key = b"n" * 43
    old = (tmp_path / ".secret-key").read_bytes()
    (tmp_path / ".secret-key").write_bytes(key + b"\n" + old)
    house.stage.apart.run("dispatch", "2022-08", "--yes")
    [letter, *_] = sorted((tmp_path / "outbox").glob("2022-08*.eml"))
    content = letter.read_text()
    token = content.partition("/u/")[2].partition(">")[0]
    reader = content.partition("\nTo: ")[2].partition("\n")[0]

    answers = [house.post(f"/u/{token}").status_code for _ in range(2)]

    assert set(answers) <= {200, 503}
    assert (house.standing(reader) == "unsubscribed") is (200 in answers)


def test_links_of_mails_ask_to_come_back_too_where_the_key_is_missing(tmp_path: Path) -> None:
    house = House(tmp_path)
    tab = house.ask()
    link = links_of(house.mail())[0]
    with house.site.records.database.begin() as connection:
        used = UsedKey("f" * 16, Signed.LETTERS, house.site.now)
        note_key(connection, used)

    wrong = [house.get(f"{path[:-3]}xyz") for path in (link, tab)]

    assert [answer.status_code for answer in wrong] == [503, 503]
    assert house.get(link).status_code == 200


def test_a_sites_own_mail_template_fails_at_the_start_and_not_at_a_mail(tmp_path: Path) -> None:
    house = House(tmp_path)
    folder = tmp_path / "templates" / "web"
    folder.mkdir(parents=True)
    (folder / "mail.txt.j2").write_text("{{ mail.link.url }}", encoding="utf-8")

    with pytest.raises(ContentError, match=r"mail\.txt\.j2"):
        MailRoom(house.site)


def test_a_mail_that_cannot_be_filled_waits_and_keeps_no_other_waiting(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.post(house.leaving_path())
    house.ask()
    run = house.room._run

    def write(mail: Mail, now: datetime) -> Envelope:
        if mail.form is MailForm.LEFT:
            raise KeyError("a bug")
        return run.write(mail, now)

    house.room.__dict__["_run"] = replace(run, write=write)

    assert [mail["To"] for mail in house.mails()] == ["new@example.org"]


def test_a_fault_of_a_sites_base_template_shows_no_token_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "templates" / "web"
    folder.mkdir(parents=True)
    (folder / "base.html.j2").write_text("{{ nothing.at_all }}", encoding="utf-8")
    house = House(tmp_path)
    path = house.leaving_path()

    with caplog.at_level(logging.DEBUG):
        answer = house.post(path)

    assert (answer.status_code, house.standing()) == (500, "unsubscribed")
    assert "Something went wrong" in answer.text
    said = "\n".join(record.getMessage() for record in caplog.records)
    assert path.rpartition("/")[2] not in said


def test_the_thread_goes_on_at_once_while_many_wait(tmp_path: Path) -> None:
    house = House(tmp_path)
    for number in range(250):
        house.ask(address=f"a{number}@example.org", peer=f"10.{number // 200}.{number % 200}.1")
    thread = MailThread(house.room)

    rests = [thread._send() for _ in range(3)]

    assert rests == [0.0, 0.0, pytest.approx(2.0)]


def test_a_clock_that_was_ahead_blocks_no_network(tmp_path: Path) -> None:
    house = House(tmp_path)
    for number in range(20):
        house.ask(address=f"a{number}@example.org")
    house.mails()
    ahead = house.site.now.replace(year=2023)
    with house.site.records.database.begin() as connection:
        connection.execute(update(mails).values(begun_at=ahead))

    house.ask(address="later@example.org")

    assert len(house.mails()) == 1


def test_the_publications_language_counts_where_nothing_else_does(tmp_path: Path) -> None:
    house = House(tmp_path)
    path = tmp_path / "issues" / "publication.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "default_language: en\n", encoding="utf-8")
    house.stage.restart()
    house.site = house.stage.site
    house.open()
    with house.site.records.book().opened() as book:
        [entry] = book.find([READER]).values()
        book.update([replace(entry, preference=None)])

    house.post(house.leaving_path())

    assert house.mail()["Subject"].startswith("You have been unsubscribed")


def test_a_post_is_never_redirected(tmp_path: Path) -> None:
    house = House(tmp_path)

    assert house.post(f"/{house.leaving_path()}").status_code == 404
    assert house.post(house.leaving_path().replace("/u/", "/u//")).status_code == 404


def test_a_fault_page_that_fails_itself_shows_no_token_either(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "templates" / "web"
    folder.mkdir(parents=True)
    (folder / "message.html.j2").write_text("{{ nothing.at_all }}", encoding="utf-8")
    house = House(tmp_path)

    with caplog.at_level(logging.DEBUG):
        answers = [house.get("/nothing/secret-token"), house.post("/u/secret-token")]

    assert [answer.status_code for answer in answers] == [404, 200]
    assert "secret-token" not in caplog.text


def test_a_lost_key_is_not_replaced_in_silence_while_confirmations_are_under_way(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    house.ask()
    house.mail()
    (tmp_path / ".secret-key").unlink()
    house.stage.restart()
    house.site = house.stage.site

    with raises(SettingsError, "settings.secret-key-lost"):
        house.open()

    assert not (tmp_path / ".secret-key").exists()
