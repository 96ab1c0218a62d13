"""What a relay's log shows as taken is not sent again; what it does not show means nothing."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, event, func, select, update

from newsletter.dispatch.states import State
from newsletter.storage import tables
from tests.delivery.real_relays import (
    exim_relay,
    postfix_relay,
    why_no_exim,
    why_no_postfix,
)
from tests.makers import ISSUE_ID
from tests.stage.clocked import ClockedStage

BY = ("--by", "anna")


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    """A plan of five that was taken up by nobody."""
    desk = ClockedStage(tmp_path / "site", readers=5, mail_url="outbox:outbox?delivers=yes")
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "1", status=4)
    return desk


def set_states(desk: ClockedStage, *states: State) -> None:
    with desk.site.records.database.begin() as connection:
        for number, state in enumerate(states, 1):
            connection.execute(
                update(tables.deliveries)
                .where(tables.deliveries.c.id == number)
                .values(state=state, attempts=1 if state is State.UNKNOWN else 0)
            )


def message_ids(desk: ClockedStage) -> list[str]:
    letter_writer = desk.site.letter_writer(desk.site.compose(ISSUE_ID).letter)
    found = desk.site.records.settling().find_open(ISSUE_ID)
    return [letter_writer.describe(one.delivery).message_id for one in found]


def postfix_lines(number: int, message_id: str) -> str:
    head, queue = "Aug 26 08:00:01 relay postfix", f"C51F2216C{number:02X}"
    return (
        f"{head}/smtpd[1]: {queue}: client=news.example.org[192.0.2.1]\n"
        f"{head}/cleanup[2]: {queue}: message-id=<{message_id}>\n"
        f"{head}/qmgr[3]: {queue}: from=<news@example.org>, size=99, nrcpt=1 (queue active)\n"
    )


def test_what_the_log_shows_as_taken_is_accepted_and_the_rest_goes_out(
    desk: ClockedStage, tmp_path: Path
) -> None:
    set_states(desk, State.PENDING, State.DEFERRED, State.UNKNOWN)
    ids = message_ids(desk)
    log = tmp_path / "mail.log"
    log.write_text("".join(postfix_lines(n, ids[n]) for n in range(3)))

    output = desk.run("resolve", ISSUE_ID, "--from-log", str(log), *BY, "--yes")

    assert f"Log      {log}: 9 lines, 3 emails named" in output
    assert "Found    3 readers: 1 pending, 1 deferred, 1 unknown" in output
    assert "Not      2 readers: 2 pending; a missing record proves nothing" in output
    assert f"r1@example.org  pending, accepted: {log}:2" in output
    assert desk.states() == {State.ACCEPTED: 3, State.PENDING: 2}
    assert desk.decided() == [
        (
            "settled",
            "anna",
            f"3 × accepted, confirmed by {log} (found: 1 pending, 1 deferred, 1 unknown)",
        )
    ]
    assert f"confirmed by {log}:2" in desk.run("status", ISSUE_ID, "--list", "accepted")
    assert "2 attempts in this run" in desk.run("dispatch", ISSUE_ID, "--yes")


def test_several_files_packed_or_not_are_read_in_any_order(
    desk: ClockedStage, tmp_path: Path
) -> None:
    set_states(desk, State.PENDING)
    first, second, third = message_ids(desk)[:3]
    cleanup, qmgr = postfix_lines(2, second).splitlines()[1:]
    (tmp_path / "mail.log").write_text(f"{qmgr}\n{postfix_lines(3, third)}")
    (tmp_path / "mail.log.1").write_text(f"{cleanup}\n")
    with gzip.open(tmp_path / "mail.log.2.gz", "wt") as packed:
        packed.write(postfix_lines(1, first))
    names = [str(tmp_path / name) for name in ("mail.log", "mail.log.1", "mail.log.2.gz")]

    output = desk.run("resolve", ISSUE_ID, "--from-log", *names, *BY, "--yes")

    assert "Found    3 readers" in output
    assert f"accepted: {names[1]}:1" in output
    assert desk.states() == {State.ACCEPTED: 3, State.PENDING: 2}


def test_a_dry_run_shows_all_and_changes_nothing(desk: ClockedStage, tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    log.write_text(postfix_lines(1, message_ids(desk)[0]))
    before = desk.states()

    output = desk.run("resolve", ISSUE_ID, "--from-log", str(log), "--dry-run")

    assert "Found    1 reader: 1 pending" in output
    assert output.endswith("Nothing was changed\n")
    assert (desk.states(), desk.decided()) == (before, [])


def test_the_question_wants_the_issue_typed(desk: ClockedStage, tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    log.write_text(postfix_lines(1, message_ids(desk)[0]))
    words = ("resolve", ISSUE_ID, "--from-log", str(log), *BY)
    before = desk.states()

    alone = desk.run(*words, status=2)
    wrong = desk.type(*words, dialogue={"to continue": "y\n"}, status=2)
    after_wrong = desk.states()
    right = desk.type(*words, dialogue={"to continue": f"{ISSUE_ID}\n"})

    assert "add --yes" in alone
    assert "nothing was changed" in wrong
    assert after_wrong == before
    assert "1 are accepted, by anna" in right


def test_skipped_letters_of_a_cancelled_issue_stay_skipped(
    desk: ClockedStage, tmp_path: Path
) -> None:
    set_states(desk, State.UNKNOWN)
    ids = message_ids(desk)
    log = tmp_path / "mail.log"
    log.write_text("".join(postfix_lines(n, one) for n, one in enumerate(ids)))
    desk.run("cancel", ISSUE_ID, "--because", "wrong month", "--yes")

    desk.run("resolve", ISSUE_ID, "--from-log", str(log), "--yes")

    assert len(ids) == 5
    assert desk.states() == {State.ACCEPTED: 1, State.SKIPPED: 4}


def test_another_log_proves_nothing_and_is_told(desk: ClockedStage, tmp_path: Path) -> None:
    log = tmp_path / "syslog"
    log.write_bytes(b"\0\xff\x1b[31m hello\n" * 3 + b"x" * 200_000 + b"\nend")
    before = desk.states()

    output = desk.run("resolve", ISSUE_ID, "--from-log", str(log), "--yes")

    assert "5 lines, 0 emails named" in output
    assert "is it the right file?" in output
    assert "Found    nobody" in output
    assert desk.states() == before


def test_addresses_want_a_reason_which_is_kept(desk: ClockedStage, tmp_path: Path) -> None:
    listed = tmp_path / "sent.csv"
    listed.write_text("이메일,상태\nR2@Example.org,sent\nother@example.org,sent\n")
    words = ("resolve", ISSUE_ID, "--from-log", str(listed), *BY, "--yes")

    refused = desk.run(*words, status=2)
    output = desk.run(*words, "--because", "the service's report")

    assert "say with --because how you know" in refused
    assert "2 readers; settled here or not in this issue: 1" in output
    assert desk.states()[State.ACCEPTED] == 2
    [(_, _, words_kept)] = desk.decided()
    assert words_kept.endswith("(found: 1 pending): the service's report")


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ((), "name one way"),
        (("--unknown", "resend", "--from-log", "{log}"), "name one way"),
        (("--from-log", "{log}", "--only", "r1@example.org"), "--only goes with --unknown"),
        (("--unknown", "resend", "{log}"), "put --from-log before"),
        (("--from-log", "{log}", "{log}.gone"), "is not a regular file"),
        (("--from-log", "{log}.zst"), "is compressed with zstd"),
        (("--from-log", "{log}.gz"), "cannot be unpacked"),
    ],
)
def test_what_cannot_be_meant_or_read_changes_nothing(
    desk: ClockedStage, tmp_path: Path, words: tuple[str, ...], fault: str
) -> None:
    log = tmp_path / "mail.log"
    log.write_text(postfix_lines(1, message_ids(desk)[0]))
    (tmp_path / "mail.log.zst").write_bytes(b"\x28\xb5\x2f\xfd..")
    (tmp_path / "mail.log.gz").write_bytes(gzip.compress(log.read_bytes())[:-9])
    before = desk.states()

    found = desk.run("resolve", ISSUE_ID, *[w.format(log=log) for w in words], "--yes", status=2)

    assert fault in found
    assert (desk.states(), desk.decided()) == (before, [])


def forget_plan(desk: ClockedStage) -> list[str]:
    """Put the ledger back to before the issue was planned; return whose letters had left."""
    ids = [path.name.removesuffix(".eml") for path in (desk.root / "outbox").glob("*.eml")]
    with desk.site.records.database.begin() as connection:
        connection.execute(delete(tables.deliveries))
        connection.execute(delete(tables.dispatches))
    return ids


def test_an_issue_that_a_ledger_put_back_knows_nothing_of_is_planned_and_its_log_believed(
    desk: ClockedStage, tmp_path: Path
) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "2", status=4)
    ids = forget_plan(desk)
    log = tmp_path / "mail.log"
    log.write_text("".join(postfix_lines(n, one) for n, one in enumerate(ids)))
    words = ("resolve", ISSUE_ID, "--from-log", str(log))

    tried = desk.run(*words, "--dry-run")
    untouched = desk.site.records.ledger().find_plan(ISSUE_ID)
    output = desk.run(*words, "--yes")

    assert "was never dispatched on this ledger; nothing is sent" in tried
    assert untouched is None
    assert "Found    3 readers: 3 pending" in output
    assert desk.states() == {State.ACCEPTED: 3, State.PENDING: 2}
    assert "2 attempts in this run" in desk.run("dispatch", ISSUE_ID, "--yes")


def write_log(folder: Path, ids: list[str]) -> str:
    log = folder / "mail.log"
    log.write_text("".join(postfix_lines(n, one) for n, one in enumerate(ids)))
    return str(log)


def test_a_dry_run_commits_nothing_of_a_plan_that_is_lost(
    desk: ClockedStage, tmp_path: Path
) -> None:
    """Not even for a moment: a kill would leave a plan for everybody."""
    log = write_log(tmp_path, forget_plan(desk))
    committed = []

    @event.listens_for(desk.site.records.database, "commit")
    def look(connection: Connection) -> None:
        count = select(func.count()).select_from(tables.dispatches)
        committed.append(connection.execute(count).scalar_one())

    output = desk.run("resolve", ISSUE_ID, "--from-log", log, "--dry-run")

    assert sum(committed) == 0
    assert desk.site.records.ledger().find_plan(ISSUE_ID) is None
    assert "Found    1 reader: 1 pending" in output
    assert "Not      4 readers: 4 pending" in output
    assert output.endswith("Nothing was changed\n")


def test_a_lost_plan_is_not_made_before_somebody_has_confirmed(
    desk: ClockedStage, tmp_path: Path
) -> None:
    log = write_log(tmp_path, forget_plan(desk))
    planned = []

    def look_and_refuse() -> str:
        planned.append(desk.site.records.ledger().find_plan(ISSUE_ID))
        return "no\n"

    words = ("resolve", ISSUE_ID, "--from-log", log, *BY)
    shown = desk.type(*words, dialogue={"to continue": look_and_refuse}, status=2)

    assert planned == [None]
    assert "nothing was changed" in shown
    assert desk.site.records.ledger().find_plan(ISSUE_ID) is None


def test_who_leaves_before_a_lost_plan_is_made_is_not_mistaken_for_the_next(
    desk: ClockedStage, tmp_path: Path
) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "1", status=4)
    log = write_log(tmp_path, forget_plan(desk))

    def unsubscribe_the_first() -> str:
        desk.run("subscribers", "remove", "r1@example.org")
        return f"{ISSUE_ID}\n"

    words = ("resolve", ISSUE_ID, "--from-log", log, *BY)
    shown = desk.type(*words, dialogue={"to continue": unsubscribe_the_first})

    assert "1 are accepted, by anna" in shown
    assert "1 that changed in the meantime" in shown
    accepted = desk.run("status", ISSUE_ID, "--list", "accepted")
    assert "r2@example.org" in accepted
    assert desk.states() == {State.ACCEPTED: 1, State.PENDING: 3}


def test_the_letter_of_a_lost_plan_has_to_be_the_appointed_one(
    desk: ClockedStage, tmp_path: Path
) -> None:
    """The others would get another letter than those who have it."""
    log = write_log(tmp_path, forget_plan(desk))
    desk.run("dispatch", ISSUE_ID, "--at", "2022-08-26 09:00", "--yes", "--no-wait", "--by", "Kim")
    letter = desk.root / "issues" / ISSUE_ID / "en.md"
    before = letter.read_text()
    desk.change_letter()
    words = ("resolve", ISSUE_ID, "--from-log", log, "--yes")

    tried = desk.run(*words, "--dry-run", status=1)
    refused = desk.run(*words, status=1)
    assert desk.site.records.ledger().find_plan(ISSUE_ID) is None
    letter.write_text(before)
    desk.run(*words)

    assert all("not the email that Kim appointed" in said for said in (tried, refused))
    assert "changed: text of the en edition" in refused
    assert desk.states() == {State.ACCEPTED: 1, State.PENDING: 4}


def test_where_nothing_is_appointed_the_letter_of_a_lost_plan_is_named(
    desk: ClockedStage, tmp_path: Path
) -> None:
    log = write_log(tmp_path, forget_plan(desk))
    digest = desk.site.compose(ISSUE_ID).composition.digest

    output = desk.run("resolve", ISSUE_ID, "--from-log", log, "--yes")

    assert f"Digest   {digest[:12]}, the email as it is now" in output


def test_a_key_is_never_made_to_look_for_letters_that_were_sent_with_another(
    desk: ClockedStage, tmp_path: Path
) -> None:
    [sent] = forget_plan(desk)
    log = tmp_path / "mail.log"
    log.write_text(postfix_lines(1, sent))
    (desk.root / ".secret-key").unlink()

    found = desk.run("resolve", ISSUE_ID, "--from-log", str(log), "--yes", status=3)

    assert ".secret-key: is missing" in found
    assert not (desk.root / ".secret-key").exists()
    assert desk.site.records.ledger().find_plan(ISSUE_ID) is None


def test_an_issue_of_which_no_log_knows_is_not_planned(desk: ClockedStage, tmp_path: Path) -> None:
    forget_plan(desk)
    log = tmp_path / "mail.log"
    log.write_text(postfix_lines(1, "2022-08.other@example.org"))

    desk.run("resolve", ISSUE_ID, "--from-log", str(log), "--yes")
    desk.run("resolve", "2022-13", "--from-log", str(log), "--yes", status=2)

    assert desk.site.records.ledger().find_plan(ISSUE_ID) is None


def forget(desk: ClockedStage) -> None:
    """Put the ledger back to before the letters left."""
    with desk.site.records.database.begin() as connection:
        connection.execute(
            update(tables.deliveries).values(
                state=State.PENDING, attempts=0, begun_at=None, answered_at=None, answer=None
            )
        )


@pytest.fixture(params=["postfix", "exim"])
def relay_log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Run a real relay; yield its address, and its log."""
    why_not = why_no_postfix() if request.param == "postfix" else why_no_exim()
    if why_not:
        pytest.skip(why_not)
    with postfix_relay() if request.param == "postfix" else exim_relay() as relay:
        name = "mail" if request.param == "postfix" else "main"
        yield f"smtp://127.0.0.1:{relay.relay.port}", relay.folder / "log" / name


def test_a_ledger_put_back_learns_from_a_real_relay_s_log_and_sends_the_rest(
    relay_log: tuple[str, Path], tmp_path: Path
) -> None:
    url, log = relay_log
    desk = ClockedStage(tmp_path / "site", readers=9, mail_url=url)
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "6", status=4)
    forget(desk)
    desk.restart()

    desk.run("resolve", ISSUE_ID, "--from-log", str(log), "--yes")

    assert desk.states() == {State.ACCEPTED: 6, State.PENDING: 3}
    assert "3 attempts in this run" in desk.run("dispatch", ISSUE_ID, "--yes")
