"""newsletter subscribers erase: the reader is in no file of the site afterwards."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from newsletter.desk.erasing import finish_erasures
from newsletter.dispatch.control import Act, Note
from newsletter.dispatch.states import State
from newsletter.message.links import Purpose
from newsletter.storage.notes import note
from newsletter.storage.transactions import writing
from newsletter.subscribers.subscriber import Standing
from tests.makers import ISSUE_ID
from tests.traces import find_traces
from tests.web.house import READER, House, code_of, links_of

ADDRESS: Final = "Minsu.Unmistakable@example.org"
NAME: Final = "독고탁월"
WORDS: Final = (ADDRESS, "minsu.unmistakable", NAME)
REJECTS: Final = f"email,name\n{ADDRESS.replace('@', '@@')},{NAME}\n"


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A site with a person who has been through everything."""
    house = House(tmp_path / "site", readers=40)
    desk = house.stage
    others = "".join(f"other{number}@example.org,Other {number}\n" for number in range(60))
    file = desk.root.parent / "list.csv"
    file.write_text(f"email,name\n{others}{ADDRESS},{NAME}\n", encoding="utf-8")
    desk.run("subscribers", "import", str(file))
    file.write_text(f"email,name\nx@example.org,X\n{REJECTS.partition(chr(10))[2]}")
    rejects = str(desk.root / "rejects.csv")
    desk.run("subscribers", "import", str(file), "--rejects", rejects, status=1)
    shutil.copy(desk.root / "newsletter.db", desk.root / "newsletter.db.before-0012")
    desk.run("dispatch", ISSUE_ID, "--yes")
    echo_address(desk.root)
    words = f"{NAME} 님({ADDRESS})의 전화"
    with writing(desk.site.records.database) as connection:
        note(connection, Note(ISSUE_ID, Act.PAUSED, "kim", desk.site.now, words))
    house.post("/ko/link", {"address": ADDRESS})
    house.mails()
    desk.site.close()
    return house


def echo_address(root: Path) -> None:
    """Let a server have answered with the address."""
    with closing(sqlite3.connect(root / "newsletter.db")) as connection, connection:
        connection.execute(
            "UPDATE deliveries SET answer = ? WHERE address_key = ?",
            (f"250 2.1.5 <{ADDRESS.upper()}> ok, queued", ADDRESS.lower()),
        )


def test_s10_an_erased_reader_is_in_no_file_of_the_site(house: House) -> None:
    desk = house.stage
    assert {word for _, word in find_traces(desk.root, WORDS)} == set(WORDS)

    output = desk.run("subscribers", "erase", ADDRESS, "--yes")

    assert "Left" not in output
    assert find_traces(desk.root, WORDS) == []
    assert desk.states() == {State.ACCEPTED: 102}
    desk.run("consent", "verify")


def withdraw_and_erase(house: House) -> None:
    house.stage.run("subscribers", "remove", ADDRESS)
    house.stage.run("subscribers", "erase", ADDRESS, "--yes")


def write_list(house: House) -> str:
    file = house.stage.root.parent / "again.csv"
    file.write_text(f"email,name\n{ADDRESS},{NAME}\n", encoding="utf-8")
    return str(file)


@pytest.fixture
def small(tmp_path: Path) -> House:
    """A site with the person on the list."""
    house = House(tmp_path / "site")
    house.stage.run("subscribers", "add", ADDRESS, "--name", NAME)
    return house


def test_s10_no_import_brings_an_erased_reader_back(small: House) -> None:
    withdraw_and_erase(small)

    output = small.stage.run("subscribers", "import", write_list(small), status=1)
    refused = small.stage.run("subscribers", "add", ADDRESS, status=1)

    assert "its reader was erased" in output
    assert "--again" in refused
    assert small.find(ADDRESS) is None
    assert find_traces(small.stage.root, WORDS) == []


def test_who_had_withdrawn_may_subscribe_again_on_the_page(small: House) -> None:
    withdraw_and_erase(small)

    small.subscribe(address=ADDRESS, name=NAME)

    assert small.standing(ADDRESS) == Standing.ACTIVE
    output = small.stage.run("subscribers", "import", write_list(small))
    assert "its reader was erased" not in output
    small.stage.run("consent", "verify")


def test_who_had_complained_is_sent_no_confirmation(small: House) -> None:
    file = small.stage.root.parent / "complaints.csv"
    file.write_text(f"email,status\n{ADDRESS},complained\n", encoding="utf-8")
    small.stage.run("subscribers", "import", str(file))
    small.stage.run("subscribers", "erase", ADDRESS, "--yes")

    small.ask(address=ADDRESS)

    assert small.mails() == []
    small.stage.run("subscribers", "unblock", ADDRESS, status=1)


def test_a_bounced_address_asks_again_once_a_person_lets_it(small: House) -> None:
    small.stage.run("subscribers", "suppress", ADDRESS, "--because", "asked by phone")
    small.stage.run("subscribers", "erase", ADDRESS, "--yes")

    refused = small.stage.run("subscribers", "add", ADDRESS, status=1)
    small.stage.run("subscribers", "unblock", ADDRESS)
    small.stage.run("subscribers", "add", ADDRESS)

    assert "subscribers unblock" in refused


def test_a_link_of_an_erased_reader_answers_200_and_changes_nothing(small: House) -> None:
    path = small.leaving_path(ADDRESS)
    small.stage.run("subscribers", "erase", ADDRESS, "--yes")

    assert small.get(path).status_code == 200
    assert small.post(path).status_code == 200
    assert small.find(ADDRESS) is None


def test_s10_a_link_of_before_acts_for_whoever_was_erased_and_came_back(small: House) -> None:
    old = small.leaving_path(ADDRESS)
    for _ in range(2):  # also if it happens again
        withdraw_and_erase(small)
        small.move_clock(days=2)
        small.subscribe(address=ADDRESS, name=NAME)

    shown = small.get(old)
    left = small.post(old)

    assert "button" in shown.text
    assert left.status_code == 200
    assert small.standing(ADDRESS) == Standing.UNSUBSCRIBED


def test_a_link_of_before_follows_a_reader_who_moved_and_was_erased_again(small: House) -> None:
    new = "elsewhere.unmistakable@example.org"
    old = small.leaving_path(ADDRESS)
    withdraw_and_erase(small)
    small.move_clock(days=2)
    small.subscribe(address=ADDRESS)
    small.stage.run("subscribers", "change-address", ADDRESS, new)
    small.stage.run("subscribers", "erase", new, "--yes")
    small.move_clock(days=2)
    small.subscribe(address=new)

    small.post(old)

    assert small.standing(new) == Standing.UNSUBSCRIBED


def test_a_link_of_before_never_acts_for_a_stranger_with_the_same_number(small: House) -> None:
    """SQLite gives the number of the last row again."""
    stranger = "stranger.unmistakable@example.org"
    old = small.leaving_path(ADDRESS)
    small.stage.run("dispatch", ISSUE_ID, "--yes")
    for _ in range(2):
        withdraw_and_erase(small)
        small.move_clock(days=2)
        small.subscribe(address=ADDRESS)
    small.stage.run("subscribers", "erase", ADDRESS, "--yes")
    small.subscribe(address=stranger)

    small.post(old)
    small.stage.run("dispatch", ISSUE_ID, "--add-new", "--yes")

    assert small.standing(stranger) == Standing.ACTIVE
    assert small.stage.states() == {State.ACCEPTED: 6}


@pytest.mark.parametrize("is_file", [False, True])
def test_a_link_of_before_acts_for_whom_a_person_let_ask_again(small: House, is_file: bool) -> None:
    old = small.leaving_path(ADDRESS)
    small.stage.run("subscribers", "suppress", ADDRESS, "--because", "asked by phone")
    small.stage.run("subscribers", "erase", ADDRESS, "--yes")
    small.stage.run("subscribers", "unblock", ADDRESS)
    adds = ("import", write_list(small)) if is_file else ("add", ADDRESS)
    small.stage.run("subscribers", *adds)

    small.post(old)

    assert small.standing(ADDRESS) == Standing.UNSUBSCRIBED


@pytest.mark.parametrize("is_journal_alone", [False, True])
def test_a_restored_backup_knows_the_links_of_before(small: House, is_journal_alone: bool) -> None:
    desk = small.stage
    backup = desk.root.parent / "backup.db"
    desk.run("backup", str(backup))
    young = "young.unmistakable@example.org"
    desk.run("subscribers", "add", young)  # the backup does not know them
    old = [small.leaving_path(one) for one in (ADDRESS, young)]
    withdraw_and_erase(small)
    desk.run("subscribers", "erase", young, "--yes")
    desk.site.close()
    if is_journal_alone:
        for file in desk.root.glob("newsletter.db*"):
            if file.name != "newsletter.db.erased":
                file.unlink()
    desk.run("restore", str(backup), "--yes")
    small.move_to(desk.root.parent / "restored")
    small.move_clock(days=2)
    when = f"{small.site.now:%Y-%m-%d}"
    for one in (ADDRESS, young):
        small.stage.run("subscribers", "add", one, "--again", "--consented-at", when)

    for path in old:
        small.post(path)

    assert small.standing(ADDRESS) == Standing.UNSUBSCRIBED
    assert small.standing(young) == Standing.UNSUBSCRIBED


def test_who_came_back_before_an_erasure_was_finished_stays(small: House) -> None:
    locked = small.stage.root / "newsletter.db.before-0012"
    locked.write_bytes(b"not a database")
    assert locked.name in small.stage.run("subscribers", "erase", ADDRESS, "--yes")
    pending = "pending.unmistakable@example.org"
    small.stage.run("subscribers", "add", pending)
    small.stage.run("subscribers", "erase", pending, "--yes")
    small.move_clock(days=1)
    small.subscribe(address=ADDRESS, name=NAME)
    tab = small.ask(address=pending)
    code = code_of(small.mail())

    small.site.records.finish_erasures(small.site.clock(), has_files=False)
    small.stage.run("subscribers", "erase", "--due")
    small.post(tab, {"code": code})

    assert small.standing(ADDRESS) == Standing.ACTIVE
    assert small.standing(pending) == Standing.ACTIVE


def test_letters_to_whoever_came_back_stay_when_an_erasure_is_finished(small: House) -> None:
    file, rejects = small.stage.root.parent / "bad.csv", small.stage.root.parent / "rejects.csv"
    file.write_text("email\nnobody@\n")
    small.stage.run("subscribers", "import", str(file), "--rejects", str(rejects), status=1)
    rejects.unlink()
    rejects.mkdir()  # cannot be read: the erasure stays open
    assert rejects.name in small.stage.run("subscribers", "erase", ADDRESS, "--yes")
    small.move_clock(days=1)
    small.subscribe(address=ADDRESS)
    small.mails()
    written = sorted((small.stage.root / "outbox").glob("*.eml"))

    finish_erasures(small.site)

    assert written
    assert sorted((small.stage.root / "outbox").glob("*.eml")) == written


def test_an_address_that_was_to_be_the_readers_is_erased_from_the_outbox(small: House) -> None:
    pending = "pending.unmistakable@example.org"
    small.post(f"/p/{small.token(Purpose.PREFERENCES, ADDRESS)}/link")
    own = links_of(small.mail())[0]
    small.post(own, {"name": NAME, "preference": "ko", "address": pending})
    small.mails()
    assert find_traces(small.stage.root, ["pending.unmistakable"])

    small.stage.run("subscribers", "erase", ADDRESS, "--yes")

    assert find_traces(small.stage.root, ["pending.unmistakable", *WORDS]) == []


def ask_to_move(house: House, reader: str, new: str) -> str:
    """Let a reader ask for another address; return the link that would confirm it."""
    house.post(f"/p/{house.token(Purpose.PREFERENCES, reader)}/link")
    own = links_of(house.mail())[0]
    house.post(own, {"name": NAME, "preference": "ko", "address": new})
    return links_of(house.mail())[0]


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("by", ["code", "link"])
def test_a_strangers_request_at_an_address_that_was_to_be_the_readers_stays(
    small: House, by: str, *, is_first: bool
) -> None:
    pending = "shared@example.org"
    if not is_first:
        ask_to_move(small, ADDRESS, pending)
    tab = small.ask(address=pending, name="Stranger")
    mail = small.mail()
    if is_first:
        ask_to_move(small, ADDRESS, pending)

    small.stage.run("subscribers", "erase", ADDRESS, "--yes")

    assert find_traces(small.stage.root, WORDS) == []
    if by == "code":
        small.post(tab, {"code": code_of(mail)})
    else:
        small.post(links_of(mail)[0])
    assert small.standing(pending) == Standing.ACTIVE


def test_another_readers_request_to_move_to_the_same_address_stays(small: House) -> None:
    pending = "shared@example.org"
    ask_to_move(small, ADDRESS, pending)
    small.move_clock(minutes=10)
    link = ask_to_move(small, READER, pending)

    small.stage.run("subscribers", "erase", ADDRESS, "--yes")
    small.post(link)

    assert small.standing(pending) == Standing.ACTIVE


def test_nobody_else_gets_the_id_of_an_erased_reader(small: House) -> None:
    name = small.reader(ADDRESS).names[0]
    old, stranger = small.leaving_path(ADDRESS), "stranger@example.org"
    small.stage.run("subscribers", "erase", ADDRESS, "--yes")
    file = small.stage.root.parent / "moved.csv"
    file.write_text(f"email,reader_id\n{stranger},{name}\n")

    refused = small.stage.run("subscribers", "import", str(file), status=1)

    assert "(erased)" in refused
    small.stage.run("subscribers", "add", stranger)
    small.post(old)
    assert small.standing(stranger) == Standing.ACTIVE
    small.move_clock(days=1)
    small.subscribe(address=ADDRESS)
    file.write_text(f"email,reader_id\n{ADDRESS},{name}\n")
    small.stage.run("subscribers", "import", str(file))


def test_a_file_that_is_called_after_a_reader_loses_its_name(small: House) -> None:
    file = small.stage.root.parent / f"{NAME} 님.csv"
    file.write_text(f"email,name\n{ADDRESS},{NAME}\n", encoding="utf-8")
    small.stage.run("subscribers", "import", str(file))

    small.stage.run("subscribers", "erase", ADDRESS, "--yes")

    assert find_traces(small.stage.root, WORDS) == []
    small.stage.run("consent", "verify")


def test_an_erased_reader_is_in_no_list_or_count(small: House) -> None:
    small.stage.run("dispatch", ISSUE_ID, "--yes")
    small.stage.run("subscribers", "erase", ADDRESS, "--yes")

    assert "erased" not in small.stage.run("subscribers", "list")
    assert "erased" not in small.stage.run("subscribers", "export", "--because", "x")
    small.stage.run("status", ISSUE_ID)
    small.stage.run("status", ISSUE_ID, "--list", "accepted")
    small.stage.run("show", ISSUE_ID, "--to", ADDRESS, status=2)


def test_whoever_withdrew_is_erased_after_thirty_days(small: House) -> None:
    small.stage.run("subscribers", "remove", ADDRESS)
    small.move_clock(days=30)
    assert "nobody" in small.stage.run("subscribers", "erase", "--due")

    small.move_clock(seconds=1)

    assert "readers: 1" in small.stage.run("subscribers", "erase", "--due")
    newest = small.site.records.accesses().find()[-1]
    assert (newest.kind.value, newest.because) == ("subscriber-erased", "--due")
    assert find_traces(small.stage.root, WORDS) == []


def test_s11_a_restored_backup_brings_no_erased_reader_back(small: House) -> None:
    desk = small.stage
    backup = desk.root.parent / "backup.db"
    desk.run("backup", str(backup))
    withdraw_and_erase(small)

    output = desk.run("restore", str(backup), "--yes")
    desk.restart()

    assert "1 reader" in output
    assert desk.site.records.book().find(ADDRESS.casefold()) is None
    desk.run("consent", "verify")
    assert find_traces(desk.root, WORDS) == []
    assert "its reader was erased" in desk.run("subscribers", "import", write_list(small), status=1)


def test_a_restored_backup_knows_of_erasures_by_their_journal_alone(small: House) -> None:
    desk = small.stage
    backup = desk.root.parent / "backup.db"
    desk.run("backup", str(backup))
    withdraw_and_erase(small)
    desk.site.close()
    for file in desk.root.glob("newsletter.db*"):
        if file.name != "newsletter.db.erased":
            file.unlink()

    desk.run("restore", str(backup), "--yes")
    desk.restart()

    assert (desk.root / "newsletter.db.erased").stat().st_mode & 0o777 == 0o600
    assert desk.site.records.book().find(ADDRESS.casefold()) is None
    assert find_traces(desk.root, WORDS) == []


def test_a_ledger_that_is_put_back_by_hand_is_erased_again(small: House) -> None:
    desk = small.stage
    backup = desk.root.parent / "backup.db"
    desk.run("backup", str(backup))
    withdraw_and_erase(small)
    desk.site.close()
    shutil.copy(backup, desk.root / "newsletter.db")
    desk.restart()

    desk.run("subscribers", "list")

    assert find_traces(desk.root, WORDS) == []


def test_a_new_consent_that_a_person_records_ends_an_erasure(small: House) -> None:
    withdraw_and_erase(small)
    small.move_clock(days=2)
    when = f"{small.site.now:%Y-%m-%d}"

    small.stage.run("subscribers", "add", ADDRESS, "--again", "--consented-at", when)

    assert small.standing(ADDRESS) == Standing.ACTIVE
    shown = small.stage.run("consent", "show", ADDRESS)
    assert "ended" in shown
    small.stage.run("consent", "verify")


def test_who_only_asked_for_a_subscription_is_erased_and_may_ask_again(small: House) -> None:
    stranger = "stranger.unmistakable@example.org"
    small.ask(address=stranger, name=NAME)
    small.mail()

    small.stage.run("subscribers", "erase", stranger, "--yes")

    assert find_traces(small.stage.root, ["stranger.unmistakable"]) == []
    small.move_clock(days=1)
    small.subscribe(address=stranger)
    assert small.standing(stranger) == Standing.ACTIVE


def test_it_asks_before_it_erases(small: House) -> None:
    refused = small.stage.run("subscribers", "erase", ADDRESS, status=2)
    unknown = small.stage.run("subscribers", "erase", "nobody@example.org", "--yes", status=1)

    assert "--yes" in refused
    assert "nobody@example.org" in unknown
    assert small.find(ADDRESS) is not None


def test_an_address_that_the_reader_had_before_is_erased_too(small: House) -> None:
    new = "elsewhere.unmistakable@example.org"
    small.stage.run("dispatch", ISSUE_ID, "--yes")
    small.stage.run("subscribers", "change-address", ADDRESS, new)

    refused = small.stage.run("subscribers", "erase", ADDRESS, "--yes", status=1)
    small.stage.run("subscribers", "erase", new, "--yes")

    assert new in refused
    assert find_traces(small.stage.root, (*WORDS, "unmistakable")) == []


def test_a_reader_who_came_back_does_not_get_the_same_issue_again(small: House) -> None:
    small.stage.run("dispatch", ISSUE_ID, "--yes")
    withdraw_and_erase(small)
    small.subscribe(address=ADDRESS, name=NAME)

    small.stage.run("dispatch", ISSUE_ID, "--add-new", "--yes")

    assert small.stage.states() == {State.ACCEPTED: 5}


def test_each_command_can_erase_in_a_process_of_its_own(small: House) -> None:
    """What one command imports is not there in another: each knows all tables itself."""
    small.stage.run("subscribers", "remove", ADDRESS)
    small.site.records.close()
    with closing(sqlite3.connect(small.stage.root / "newsletter.db")) as connection, connection:
        connection.execute(
            "UPDATE subscribers SET standing_since = '2022-01-01 00:00:00.000000'"
            " WHERE standing = 'unsubscribed'"
        )

    small.stage.apart.run("subscribers", "erase", "--due", "--yes")

    assert find_traces(small.stage.root, WORDS) == []
    with closing(sqlite3.connect(small.stage.root / "newsletter.db")) as connection, connection:
        connection.execute("UPDATE erasures SET done_at = NULL, remains = 'journal'")
    for words in (("status",), ("duties",), ("consent", "verify"), ("mails", "send")):
        small.stage.apart.run(*words)
        with closing(sqlite3.connect(small.stage.root / "newsletter.db")) as connection:
            assert connection.execute("SELECT done_at IS NULL FROM erasures").fetchall() == [(0,)]


def test_a_backup_restored_over_a_new_ledger_forgets_the_erased_all_the_same(
    small: House,
) -> None:
    desk = small.stage
    desk.run("backup", str(desk.root / "early.db"))
    desk.run("subscribers", "erase", ADDRESS, "--yes")
    small.site.records.close()
    for file in desk.root.glob("newsletter.db*"):
        if not file.name.endswith(".erased"):
            file.unlink()
    desk.apart.run("status")  # begins a ledger with a key of its own
    assert (desk.root / "newsletter.db").exists()

    desk.apart.run("restore", str(desk.root / "early.db"), "--yes")

    assert ADDRESS not in desk.apart.run("subscribers", "list")
    (desk.root / "early.db").unlink()
    assert [one for one in find_traces(desk.root, WORDS) if "before-restore" not in one[0]] == []


@pytest.mark.parametrize("address", ["unié@example.org", "민지@한국.kr"])
def test_letters_to_any_address_leave_the_outbox(small: House, address: str) -> None:
    desk = small.stage
    desk.run("subscribers", "add", address, "--name", "다른이")
    desk.run("dispatch", ISSUE_ID, "--yes")
    outbox = desk.root / "outbox"
    assert any(address.encode() in file.read_bytes() for file in outbox.glob("*.eml"))

    desk.run("subscribers", "erase", address, "--yes")

    assert not any(address.encode() in file.read_bytes() for file in outbox.glob("*.eml"))


def test_an_erased_reader_is_owed_nothing_and_does_not_stop_others(small: House) -> None:
    desk = small.stage
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.run("subscribers", "erase", ADDRESS, "--yes")

    assert "erased" not in desk.run("notices", "due")
    said = desk.run(
        "resolve", ISSUE_ID, "--unknown", "resend", "--only", "zzz@example.org", "--yes", status=1
    )

    assert "is not an address" not in said


def test_the_end_of_consent_stays_on_record_after_a_restore(small: House) -> None:
    desk = small.stage
    desk.run("backup", str(desk.root / "early.db"))
    desk.run("subscribers", "erase", ADDRESS, "--yes")
    small.site.records.close()

    desk.run("restore", str(desk.root / "early.db"), "--yes")
    desk.restart()

    assert "ended" in desk.run("consent", "show", ADDRESS)
    assert "all as they were recorded" in desk.run("consent", "verify")
