"""A mailbox at a real server, read beside the people who read it too."""

import threading
import tracemalloc
from contextlib import closing
from urllib.parse import quote

import pytest

from newsletter.errors import ProviderBusy, SettingsError
from newsletter.feedback.imap_session import KEYWORD
from newsletter.feedback.inbox import READ_MAX, Inbox
from tests.feedback.cutting_relay import CuttingRelay
from tests.feedback.dovecot import PASSWORD, Dovecot, running_dovecot
from tests.feedback.mailbox_contract import make_mail, read_all, subjects_of
from tests.feedback.mailboxes import opened, polling
from tests.saying import raises

READ = {KEYWORD.encode()}


@pytest.mark.parametrize("scheme", ["imaps", "imap+starttls"])
def test_mails_are_read_in_order_each_once_and_stay_unseen(dovecot: Dovecot, scheme: str) -> None:
    for number in (3, 1, 2):
        dovecot.deliver(number)
    with opened(dovecot, scheme=scheme) as inbox:
        arrived = [*inbox.waiting()]

        assert subjects_of(arrived) == [1, 2, 3]
        assert [one.content for one in arrived] == [make_mail(number) for number in (1, 2, 3)]
        assert [one.size for one in arrived] == [len(one.content) for one in arrived]
        assert dovecot.flags() == {1: set(), 2: set(), 3: set()}

        inbox.put_away(arrived[:2])

        assert dovecot.flags() == {1: READ, 2: READ, 3: set()}
        assert subjects_of(inbox.waiting()) == [3]
        dovecot.deliver(4)
        assert read_all(inbox) == [3, 4]
        assert [*inbox.waiting()] == []
    with opened(dovecot, scheme=scheme) as inbox:
        assert [*inbox.waiting()] == []


def test_what_a_person_has_read_waits_all_the_same(dovecot: Dovecot) -> None:
    for number in range(3):
        dovecot.deliver(number)
    with dovecot.person() as client:
        client.select_folder("INBOX")
        client.add_flags([1], ["\\Seen", "\\Flagged"])
        client.add_flags([2], ["\\Deleted"])

    with opened(dovecot) as inbox:
        assert read_all(inbox) == [0, 2]

    assert dovecot.flags()[0] == READ | {b"\\Seen", b"\\Flagged"}
    assert dovecot.flags()[1] == {b"\\Deleted"}


def test_where_keywords_are_not_stored_a_mail_is_marked_as_seen(dovecot: Dovecot) -> None:
    for number in range(3):
        dovecot.deliver(number)
    with dovecot.person() as client:
        client.select_folder("INBOX")
        client.add_flags([2], ["\\Seen"])
    dovecot.allow("lrst")

    with opened(dovecot) as inbox:
        assert read_all(inbox) == [0, 2]
        assert [*inbox.waiting()] == []

    assert dovecot.flags() == {number: {b"\\Seen"} for number in range(3)}


@pytest.mark.parametrize("rights", ["lr", "lrt"])
def test_a_folder_in_which_nothing_can_be_marked_is_told(dovecot: Dovecot, rights: str) -> None:
    dovecot.deliver(1)
    dovecot.allow(rights)

    with opened(dovecot) as inbox, raises(SettingsError, "feedback.imap-read-only"):
        [*inbox.waiting()]


@pytest.mark.parametrize("is_bare", [False, True])
@pytest.mark.parametrize("target", ["Read", "반송함", 'a "b" \\ &'])
def test_what_was_read_is_moved_and_nothing_else_is_removed(
    dovecot: Dovecot, bare_dovecot: Dovecot, target: str, *, is_bare: bool
) -> None:
    one = bare_dovecot if is_bare else dovecot
    for number in range(4):
        one.deliver(number)
    with one.person() as client:
        client.select_folder("INBOX")
        client.add_flags([2], ["\\Deleted"])
        client.add_flags([1, 3], ["\\Seen"])

    with opened(one, f"/INBOX?move={quote(target)}") as inbox:
        assert read_all(inbox) == [0, 2, 3]
        assert [*inbox.waiting()] == []
        one.deliver(4)
        assert read_all(inbox) == [4]

    assert set(one.flags(target)) == {0, 2, 3, 4}
    assert one.flags(target)[2] == {b"\\Seen"}
    assert one.flags()[1] == {b"\\Deleted"}
    # Without UIDPLUS what was copied stays marked as deleted: EXPUNGE would remove mail 1 too.
    assert set(one.flags()) == (set(range(5)) if is_bare else {1})


def test_with_uidplus_alone_exactly_what_was_copied_is_removed() -> None:
    with running_dovecot("imap_capability = IMAP4rev1 UIDPLUS\n") as dovecot:
        for number in range(3):
            dovecot.deliver(number)
        with dovecot.person() as client:
            client.select_folder("INBOX")
            client.add_flags([2], ["\\Deleted"])

        with opened(dovecot, "/INBOX?move=Read") as inbox:
            assert read_all(inbox) == [0, 2]

        assert set(dovecot.flags()) == {1}
        assert set(dovecot.flags("Read")) == {0, 2}


def test_a_folder_with_hangul_is_read(dovecot: Dovecot) -> None:
    with dovecot.person() as client:
        client.create_folder("반송함")
    dovecot.deliver(1)
    dovecot.deliver(2, folder=".&vBjBodVo-")

    with opened(dovecot, "/반송함") as inbox:
        assert read_all(inbox) == [2]
        assert inbox.name == f"imaps://127.0.0.1:{dovecot.port}/반송함"


def test_a_folder_that_is_not_there_is_told(dovecot: Dovecot) -> None:
    with (
        opened(dovecot, "/Bounces") as inbox,
        raises(SettingsError, "feedback.imap-no-folder", folder="Bounces"),
    ):
        [*inbox.waiting()]


@pytest.mark.parametrize("length", [READ_MAX - 16, READ_MAX + 40, 4 * READ_MAX])
def test_of_a_huge_mail_only_the_beginning_is_read(dovecot: Dovecot, length: int) -> None:
    dovecot.deliver(1, length)
    whole = make_mail(1, length)

    with opened(dovecot) as inbox:
        [arrived] = inbox.waiting()

    assert arrived.content == whole[:READ_MAX]
    assert arrived.size == len(whole)


def test_many_large_mails_cost_no_more_memory_than_one(dovecot: Dovecot) -> None:
    for number in range(12):
        dovecot.deliver(number, 3 * READ_MAX if number % 2 else READ_MAX // 2)
    read = []

    with opened(dovecot) as inbox:
        tracemalloc.start()
        for arrived in inbox.waiting():
            read += subjects_of([arrived])
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert read == list(range(12))
    assert peak < 8 * READ_MAX


@pytest.mark.parametrize("is_bare", [False, True])
def test_three_thousand_mails_are_read_each_once(
    dovecot: Dovecot, bare_dovecot: Dovecot, *, is_bare: bool
) -> None:
    one = bare_dovecot if is_bare else dovecot
    for number in range(3000):
        one.deliver(number)

    with opened(one) as inbox:
        assert read_all(inbox) == list(range(3000))
        assert [*inbox.waiting()] == []


@pytest.mark.parametrize("path", ["/INBOX", "/INBOX?move=Read"])
def test_two_readers_at_once_lose_nothing(dovecot: Dovecot, path: str) -> None:
    for number in range(200):
        dovecot.deliver(number)
    found: list[list[int]] = []

    def read() -> None:
        with opened(dovecot, path) as inbox:
            for _ in range(20):
                try:
                    found.append(read_all(inbox))
                except ProviderBusy:  # the other one took a mail in mid-answer
                    continue
                if not found[-1]:
                    return

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(60)

    assert {number for own in found for number in own} == set(range(200))
    kept = dovecot.flags("Read" if "move" in path else "INBOX")
    assert set(kept) == set(range(200))
    with opened(dovecot, path) as inbox:
        assert [*inbox.waiting()] == []


def test_a_mail_that_somebody_removed_meanwhile_is_passed_over(dovecot: Dovecot) -> None:
    """Dovecot answers with an empty content until it has told of the removal."""
    for number in range(5):
        dovecot.deliver(number, READ_MAX if number < 2 else 0)
    with opened(dovecot) as inbox:
        waiting = inbox.waiting()
        arrived = [next(waiting)]
        with dovecot.person() as client:
            client.select_folder("INBOX")
            client.delete_messages([2, 4])
            client.expunge()
        arrived += waiting
        inbox.put_away(arrived)

        assert subjects_of(arrived) == [0, 2, 4]
        assert dovecot.flags() == {0: READ, 2: READ, 4: READ}


def test_uids_that_were_given_out_anew_mark_no_other_mail(dovecot: Dovecot) -> None:
    for number in (1, 2):
        dovecot.deliver(number)
    with opened(dovecot) as inbox:
        before = [*inbox.waiting()]
    dovecot.empty()
    dovecot.renumber()
    for number in (7, 8):
        dovecot.deliver(number)

    with opened(dovecot) as inbox:
        after = [*inbox.waiting()]
        inbox.put_away(before)

        assert {one.key for one in before}.isdisjoint(one.key for one in after)
        assert dovecot.flags() == {7: set(), 8: set()}
        inbox.put_away(after)
        assert dovecot.flags() == {7: READ, 8: READ}


@pytest.mark.parametrize("cut", [0, 1, 700, 2_000, 3_500, 5_000, 8_000, 30_000, 90_000, 150_000])
def test_after_a_broken_connection_the_next_call_reads_what_is_left(
    dovecot: Dovecot, cut: int
) -> None:
    for number in range(50):
        dovecot.deliver(number, 4_000)
    with (
        CuttingRelay(dovecot.port, cut) as relay,
        opened(dovecot, port=relay.port) as inbox,
    ):
        with pytest.raises(ProviderBusy) as caught:
            read_all(inbox)

        assert PASSWORD not in str(caught.value)
        assert read_all(inbox) == list(range(50))
        assert relay.accepted == 2


def test_a_connection_that_breaks_while_mails_are_put_away_is_opened_again(
    dovecot: Dovecot,
) -> None:
    dovecot.deliver(1)
    with CuttingRelay(dovecot.port) as relay, opened(dovecot, port=relay.port) as inbox:
        arrived = [*inbox.waiting()]
        relay.cut()

        with raises(ProviderBusy, "feedback.imap-away"):
            inbox.put_away(arrived)
        inbox.put_away(arrived)

        assert dovecot.flags() == {1: READ}


def waiting_for(inbox: Inbox) -> tuple[threading.Thread, list[BaseException]]:
    errors: list[BaseException] = []

    def wait() -> None:
        try:
            inbox.wait(3600)
        except ProviderBusy as busy:
            errors.append(busy)

    waiter = threading.Thread(target=wait, daemon=True)
    waiter.start()
    return waiter, errors


@pytest.mark.parametrize("is_bare", [False, True])
def test_a_wait_ends_when_a_mail_has_come(
    dovecot: Dovecot, bare_dovecot: Dovecot, *, is_bare: bool
) -> None:
    one = bare_dovecot if is_bare else dovecot
    one.deliver(1)
    with closing(polling(one, 0.2)) as inbox:
        [*inbox.waiting()]  # not put away: it is no reason to look again
        waiter, errors = waiting_for(inbox)
        waiter.join(0.7)
        waits_still = waiter.is_alive()
        with one.person() as client:
            client.select_folder("INBOX")
            client.add_flags([1], ["\\Flagged"])
        waiter.join(0.5)
        waits_after_a_flag = waiter.is_alive()

        one.deliver(2)
        waiter.join(20)

        assert (waits_still, waits_after_a_flag) == (True, True)
        assert not waiter.is_alive()
        assert errors == []
        assert read_all(inbox) == [1, 2]


def test_a_mail_that_came_before_the_wait_is_not_waited_for(dovecot: Dovecot) -> None:
    dovecot.deliver(1)
    with opened(dovecot) as inbox:
        arrived = [*inbox.waiting()]
        dovecot.deliver(2)
        inbox.put_away(arrived)
        waiter, _ = waiting_for(inbox)

        waiter.join(20)

        assert not waiter.is_alive()
        assert read_all(inbox) == [2]


def test_a_wait_ends_when_its_time_is_over(dovecot: Dovecot) -> None:
    with opened(dovecot) as inbox:
        waiter = threading.Thread(target=inbox.wait, args=(0.5,), daemon=True)
        waiter.start()
        waiter.join(20)

        assert not waiter.is_alive()


def test_a_connection_that_breaks_during_a_wait_is_told_at_once(dovecot: Dovecot) -> None:
    with CuttingRelay(dovecot.port) as relay, opened(dovecot, port=relay.port) as inbox:
        [*inbox.waiting()]
        waiter, errors = waiting_for(inbox)
        waiter.join(0.5)

        relay.cut()
        waiter.join(20)

        assert not waiter.is_alive()
        assert len(errors) == 1
        dovecot.deliver(1)
        assert read_all(inbox) == [1]
