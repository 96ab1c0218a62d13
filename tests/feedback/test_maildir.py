"""A Maildir on a real folder, whatever lies in it and whoever else moves mails."""

import os
import shutil
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from newsletter.errors import SettingsError
from newsletter.feedback.inbox import READ_MAX
from newsletter.feedback.inbox_url import read_inboxes
from newsletter.feedback.inboxes import open_inbox
from newsletter.feedback.maildir import Maildir
from tests.feedback.mailbox_contract import make_mail, read_all, subjects_of


def make_maildir(folder: Path) -> Path:
    path = folder / "bounces"
    for name in ("tmp", "new", "cur"):
        (path / name).mkdir(parents=True)
    return path


def deliver(path: Path, number: int, *, place: str = "new/{}", age_s: int = 0) -> Path:
    """Write a mail as a mail server does, with the time of its delivery."""
    name = place.format(f"{1_660_000_000 + number}.M{number}P7.mail")
    (path / "tmp" / "half").write_bytes(make_mail(number))
    (path / "tmp" / "half").rename(path / name)
    os.utime(path / name, (1_660_000_000 - age_s, 1_660_000_000 - age_s))
    return path / name


def files_in(path: Path, *names: str) -> list[str]:
    return sorted(f"{name}/{one.name}" for name in names for one in (path / name).iterdir())


def test_the_oldest_is_read_first_wherever_it_lies(tmp_path: Path) -> None:
    path = make_maildir(tmp_path)
    deliver(path, 1, age_s=10)
    deliver(path, 2, place="cur/{}:2,", age_s=30)
    deliver(path, 3, place="cur/{}:2,FR", age_s=20)
    deliver(path, 4)

    assert subjects_of(Maildir(path).waiting()) == [2, 3, 1, 4]


def test_what_was_read_is_marked_as_read_and_keeps_its_other_flags(tmp_path: Path) -> None:
    path = make_maildir(tmp_path)
    deliver(path, 1)
    deliver(path, 2, place="cur/{}:2,FR")
    deliver(path, 3, place="cur/{}")
    deliver(path, 4, place="new/{}:2,")
    inbox = Maildir(path)

    assert sorted(read_all(inbox)) == [1, 2, 3, 4]

    assert files_in(path, "new", "cur") == [
        "cur/1660000001.M1P7.mail:2,S",
        "cur/1660000002.M2P7.mail:2,FRS",
        "cur/1660000003.M3P7.mail:2,S",
        "cur/1660000004.M4P7.mail:2,S",
    ]
    assert [*inbox.waiting()] == []
    deliver(path, 5)
    assert read_all(inbox) == [5]


@pytest.mark.parametrize(
    ("place", "waits", "waits_where_mails_are_moved"),
    [
        ("new/{}", True, True),
        ("cur/{}:2,", True, True),
        ("cur/{}:2,PRF", True, True),
        ("cur/{}:2,a", True, True),  # a keyword of Dovecot
        ("cur/{}:1,S", True, True),  # no flags
        ("cur/{}:2,S", False, True),
        ("cur/{}:2,RS", False, True),
        ("cur/{}:2,T", False, False),  # trashed by a person
        ("cur/{}:2,D", False, False),  # a draft
        ("cur/.{}", False, False),
        ("tmp/{}", False, False),
        ("{}", False, False),
    ],
)
def test_flags_say_what_waits(
    tmp_path: Path, place: str, *, waits: bool, waits_where_mails_are_moved: bool
) -> None:
    path = make_maildir(tmp_path)
    deliver(path, 1, place=place)

    assert bool([*Maildir(path).waiting()]) is waits
    assert bool([*Maildir(path, "Read").waiting()]) is waits_where_mails_are_moved


@pytest.mark.parametrize(
    ("move", "folder"),
    [("Read", ".Read"), ("Read.2026", ".Read.2026"), ("반송함", ".&vBjBodVo-"), ("a&b", ".a&-b")],
)
def test_what_was_read_is_moved_to_a_subfolder_with_its_flags(
    tmp_path: Path, move: str, folder: str
) -> None:
    path = make_maildir(tmp_path)
    (path / "cur").chmod(0o750)
    deliver(path, 1)
    deliver(path, 2, place="cur/{}:2,FS")
    inbox = Maildir(path, move)

    assert sorted(read_all(inbox)) == [1, 2]

    assert files_in(path, "new", "cur") == []
    assert files_in(path / folder, "new", "cur", "tmp") == [
        "cur/1660000001.M1P7.mail:2,",
        "cur/1660000002.M2P7.mail:2,FS",
    ]
    assert (path / folder / "maildirfolder").is_file()
    assert (path / folder / "cur").stat().st_mode & 0o777 == 0o750
    deliver(path, 3)
    assert read_all(inbox) == [3]


@pytest.mark.parametrize(
    "name",
    ["a b", "반송", "a\udcff\udc80b", "%41", "a%2Fb", "-rf", "a\nb", "1.M,S=5,W=6", "x" * 250],
)
def test_any_name_can_be_read_and_put_away(tmp_path: Path, name: str) -> None:
    path = make_maildir(tmp_path)
    (path / "new" / name).write_bytes(make_mail(1))
    inbox = Maildir(path)

    [arrived] = inbox.waiting()
    inbox.put_away([arrived])

    arrived.key.encode("ascii")
    assert [one.name for one in (path / "cur").iterdir()] == [f"{name}:2,S"]
    assert files_in(path, "new") == []


@pytest.mark.parametrize("extra", [-1, 0, 1, 5 * READ_MAX])
def test_of_a_huge_mail_only_the_beginning_is_read(tmp_path: Path, extra: int) -> None:
    path = make_maildir(tmp_path)
    file = deliver(path, 1)
    os.truncate(file, READ_MAX + extra)

    [arrived] = Maildir(path).waiting()

    assert len(arrived.content) == min(READ_MAX, READ_MAX + extra)
    assert arrived.size == READ_MAX + extra


def make_link(path: Path) -> None:
    outside = path.parents[1] / "outside"
    outside.write_bytes(make_mail(9))
    path.symlink_to(outside)


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


@pytest.mark.parametrize("make", [make_link, os.mkfifo, make_socket, Path.mkdir])
def test_what_is_no_file_is_left_alone(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = make_maildir(tmp_path)
    make(path / "new" / "odd")
    deliver(path, 1)

    assert read_all(Maildir(path)) == [1]
    assert "new/odd" in files_in(path, "new")


def test_a_link_that_takes_the_place_of_a_mail_is_not_followed(tmp_path: Path) -> None:
    path = make_maildir(tmp_path)
    deliver(path, 1, age_s=10)
    file = deliver(path, 2)
    waiting = Maildir(path).waiting()
    next(waiting)
    file.unlink()
    make_link(file)

    assert [*waiting] == []


@pytest.mark.parametrize("move", ["", "Read"])
def test_a_mail_that_somebody_took_meanwhile_is_passed_over(tmp_path: Path, move: str) -> None:
    path = make_maildir(tmp_path)
    files = [deliver(path, number, age_s=10 - number) for number in range(5)]
    inbox = Maildir(path, move)
    waiting = inbox.waiting()

    arrived = [next(waiting), next(waiting)]
    files[0].unlink()
    files[3].unlink()
    arrived += waiting
    inbox.put_away(arrived)

    assert subjects_of(arrived) == [0, 1, 2, 4]
    assert [*inbox.waiting()] == []


@pytest.mark.parametrize(
    ("flags", "expected"), [("", ":2,S"), ("F", ":2,FS"), ("S", ":2,S"), ("RS", ":2,RS")]
)
def test_a_mail_that_a_client_moved_meanwhile_is_found_again(
    tmp_path: Path, flags: str, expected: str
) -> None:
    path = make_maildir(tmp_path)
    file = deliver(path, 1)
    inbox = Maildir(path)
    arrived = [*inbox.waiting()]
    file.rename(path / "cur" / f"{file.name}:2,{flags}")

    inbox.put_away(arrived)

    assert files_in(path, "new", "cur") == [f"cur/{file.name}{expected}"]


def test_a_mail_is_read_once_though_a_client_moves_it_between_two_looks(tmp_path: Path) -> None:
    path = make_maildir(tmp_path)
    file = deliver(path, 1)
    os.link(file, path / "cur" / f"{file.name}:2,")

    assert subjects_of(Maildir(path).waiting()) == [1]


@pytest.mark.parametrize("move", ["", "Read"])
def test_nothing_is_overwritten(tmp_path: Path, move: str) -> None:
    path = make_maildir(tmp_path)
    inbox = Maildir(path, move)
    for number in (1, 2, 3):
        (path / "new" / "same").write_bytes(make_mail(number))
        assert read_all(inbox) == [number]

    kept = path / (f".{move}/cur" if move else "cur")
    assert sorted(one.read_bytes() for one in kept.iterdir()) == [
        make_mail(number) for number in (1, 2, 3)
    ]


def test_two_readers_at_once_lose_nothing_and_fail_at_nothing(tmp_path: Path) -> None:
    path = make_maildir(tmp_path)
    for number in range(200):
        deliver(path, number)
    found: list[list[int]] = []
    readers = [
        threading.Thread(target=lambda: found.append(read_all(Maildir(path)))) for _ in range(2)
    ]

    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(30)

    assert len(found) == 2
    assert {number for own in found for number in own} == set(range(200))
    assert [*Maildir(path).waiting()] == []
    assert len(files_in(path, "new", "cur")) == 200


def test_three_thousand_mails_are_read_each_once(tmp_path: Path) -> None:
    path = make_maildir(tmp_path)
    for number in range(3000):
        deliver(path, number)
    inbox = Maildir(path)

    assert sorted(read_all(inbox)) == list(range(3000))
    assert [*inbox.waiting()] == []


def test_a_wait_ends_when_a_mail_has_come(tmp_path: Path) -> None:
    path = make_maildir(tmp_path)
    deliver(path, 1)
    inbox = Maildir(path)
    read_all(inbox)
    ended = threading.Event()

    def wait() -> None:
        inbox.wait(3600)
        ended.set()

    waiter = threading.Thread(target=wait, daemon=True)
    waiter.start()
    early = ended.wait(0.7)
    deliver(path, 2)

    assert ended.wait(10)
    assert not early
    assert read_all(inbox) == [2]


def test_what_was_listed_and_not_put_away_is_no_new_mail(tmp_path: Path) -> None:
    """Else whoever cannot read a mail would look at it without a pause."""
    path = make_maildir(tmp_path)
    deliver(path, 1)
    inbox = Maildir(path)
    [*inbox.waiting()]
    waiter = threading.Thread(target=inbox.wait, args=(3600,), daemon=True)

    waiter.start()
    waiter.join(0.7)
    waits_still = waiter.is_alive()
    inbox.close()
    waiter.join(10)

    assert waits_still
    assert not waiter.is_alive()


def test_a_wait_ends_when_its_time_is_over(tmp_path: Path) -> None:
    waiter = threading.Thread(target=Maildir(make_maildir(tmp_path)).wait, args=(0.6,), daemon=True)

    waiter.start()
    waiter.join(10)

    assert not waiter.is_alive()


@pytest.mark.parametrize("missing", ["new", "cur", ""])
def test_what_is_no_maildir_is_told_with_the_remedy(tmp_path: Path, missing: str) -> None:
    path = make_maildir(tmp_path)
    shutil.rmtree(path / missing)
    [url] = read_inboxes("maildir:bounces")

    inbox = open_inbox(url, tmp_path, "")
    with pytest.raises(SettingsError, match="is not a Maildir") as caught:
        [*inbox.waiting()]

    assert f"mkdir -p {path}/new {path}/cur {path}/tmp" in str(caught.value)
    assert inbox.name == f"maildir:{path}"


def test_a_maildir_that_went_away_ends_a_wait_with_an_error(tmp_path: Path) -> None:
    path = make_maildir(tmp_path)
    inbox = Maildir(path)
    [*inbox.waiting()]
    shutil.rmtree(path)

    with pytest.raises(SettingsError):
        inbox.wait(3600)
