import json
from pathlib import Path

from newsletter.subscribers.book import Selection
from newsletter.subscribers.subscriber import Standing
from tests.cli.test_subscribers import site
from tests.makers import ISSUE_ID
from tests.stage.clocked import ClockedStage
from tests.stage.readers import ReaderList

__all__ = ["site"]


def shown(site: ReaderList, address: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(
        site.run("show", address, "--json", "--because", "x").stdout
    )
    return found


def test_why_a_reader_was_removed_and_who_did_it_is_shown(site: ReaderList) -> None:
    site.run("add", "minji@example.org")

    site.run("remove", "minji@example.org", "--because", "asked by phone", "--by", "김민지")

    text = site.run("show", "minji@example.org").stdout
    found = shown(site, "minji@example.org")
    assert "because    withdrew: asked by phone (by 김민지)" in text
    assert (found["standing"], found["standing_cause"]) == ("unsubscribed", "withdrew")
    assert (found["standing_because"], found["standing_by"]) == ("asked by phone", "김민지")


def test_a_suppression_needs_a_reason_and_is_ended_by_a_person(site: ReaderList) -> None:
    site.run("add", "minji@example.org", "--consented-at", "2022-07-01")
    words = ("--because", "autoreply loop", "--by", "kim")

    without = site.run("suppress", "minji@example.org", "--by", "kim")
    blank = site.run("suppress", "minji@example.org", "--because", " ", "--by", "kim")
    done = site.run("suppress", "minji@example.org", *words)
    again = site.run("suppress", "minji@example.org", *words)
    refused = site.fail("add", "minji@example.org")
    ended = site.run("unsuppress", "minji@example.org", "--because", "mended", "--by", "lee")
    needless = site.run("unsuppress", "minji@example.org", "--by", "lee")

    assert (without.exit_code, blank.exit_code) == (2, 2)
    assert "To undo it: newsletter subscribers unsuppress minji@example.org" in done.stdout
    assert "is already suppressed; nothing was changed" in again.stdout
    assert "(autoreply loop); if its mailbox accepts mail again" in refused
    assert "active, by lee" in ended.stdout
    assert "is already active" in needless.stdout
    assert shown(site, "minji@example.org")["standing_because"] == "mended"
    assert shown(site, "minji@example.org")["consented_at"] == "2022-06-30T15:00:00+00:00"


def test_who_complained_in_another_service_comes_back_only_by_their_own_word(
    site: ReaderList,
) -> None:
    site.run("import", site.write("email,complained_at\na@example.org,2022-07-01\n"))

    fault = site.fail("unsuppress", "a@example.org", "--by", "kim")
    back = site.run("add", "a@example.org", "--again", "--consented-at", "2022-07-20")

    assert (
        "the reader complained (complained_at: 2022-07-01), and only the reader can change that"
        in fault
    )
    assert "a@example.org: updated" in back.stdout
    assert site.standings() == {"a@example.org": Standing.ACTIVE}


def test_a_moved_list_keeps_since_when_and_why(site: ReaderList) -> None:
    site.run("add", "minji@example.org", "--consented-at", "2022-07-01")
    site.run("add", "jiho@example.org")
    site.run("suppress", "jiho@example.org", "--because", "=loop", "--by", "kim")
    site.run("remove", "minji@example.org", "--because", "by phone", "--by", "kim")
    other = site.folder / "other"
    other.mkdir()
    there = ReaderList(other)

    text = site.run("export", "--because", "이전").stdout
    there.run("import", there.write(text))

    assert '"2022-07-01T00:00:00+09:00"' in text
    assert there.run("export", "--because", "이전").stdout == text
    there.run("unsuppress", "jiho@example.org", "--by", "lee")
    assert there.standings()["jiho@example.org"] is Standing.ACTIVE


def test_an_address_is_changed_and_the_old_one_kept_out(site: ReaderList) -> None:
    site.run("add", "old@example.org", "--name", "하나", "--consented-at", "2022-07-01")
    before = shown(site, "old@example.org")

    done = site.run("change-address", "old@example.org", "new@example.org", "--by", "kim")
    again = site.run("import", site.write("email\nold@example.org\n"))

    after, left = shown(site, "new@example.org"), shown(site, "old@example.org")
    assert "old@example.org: is now new@example.org" in done.stdout
    assert "stays on the list as unsubscribed; no import adds it again" in done.stdout
    records = {name: before[name] for name in ("consents", "accesses")}  # of an address
    assert {**after, **records, "address": "old@example.org"} == before
    assert "kept out           1" in again.stdout
    assert left["standing_because"] == "moved to new@example.org"
    assert site.standings() == {
        "new@example.org": Standing.ACTIVE,
        "old@example.org": Standing.UNSUBSCRIBED,
    }


def test_an_address_that_is_on_the_list_is_nobody_elses(site: ReaderList) -> None:
    site.run("import", site.write("email\nold@example.org\nnew@example.org\n"))

    fault = site.fail("change-address", "old@example.org", "New@example.org", "--by", "kim")

    assert "new@example.org is already on the list, as another reader (active)" in fault
    assert set(site.standings().values()) == {Standing.ACTIVE}


def test_an_address_changed_twice_and_back_is_whole_in_the_database(site: ReaderList) -> None:
    site.run("add", "a@example.org", "--name", "하나")
    before = [one.names for one in site.book().select(Selection())]

    site.run("change-address", "a@example.org", "b@example.org", "--by", "kim")
    site.run("change-address", "b@example.org", "c@example.org", "--by", "kim")
    site.run("change-address", "c@example.org", "a@example.org", "--by", "kim")

    readers = sorted(site.book().select(Selection()), key=lambda one: one.address)
    assert [(one.address, one.standing) for one in readers] == [
        ("a@example.org", Standing.ACTIVE),
        ("b@example.org", Standing.UNSUBSCRIBED),
        ("c@example.org", Standing.UNSUBSCRIBED),
    ]
    assert [readers[0].names] == before


def test_a_letter_that_was_planned_for_the_old_address_is_told_of(tmp_path: Path) -> None:

    desk = ClockedStage(tmp_path, readers=3, mail_url="outbox:outbox?delivers=yes")
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "1", status=4)

    said = desk.run("subscribers", "change-address", "r3@example.org", "n@example.org")

    assert f"{ISSUE_ID} was planned before, so it is still sent to r3@example.org" in said


def test_a_reason_of_several_lines_goes_out_and_in_again_with_the_standing(
    site: ReaderList,
) -> None:
    site.run("add", "minji@example.org")

    site.run("suppress", "minji@example.org", "--because", "loop\n of\x07 replies", "--by", "kim")

    assert shown(site, "minji@example.org")["standing_because"] == "loop of\ufffd replies"
    moved = site.write(site.run("export", "--because", "이전").stdout)
    assert "kept out 1 " in " ".join(site.run("import", moved).stdout.split())
