"""The command that makes keys: what it writes, what it prints, and letters signed with it."""

import re
import stat
from pathlib import Path

import pytest

from newsletter.message.dkim_key import read_key
from tests.message.dkim_verifiers import verdicts_of_dkimpy
from tests.stage.site import ISSUE, Stage, make_stage


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return make_stage(tmp_path / "site")


def configured(stage: Stage, output: str) -> Stage:
    """Set what a command's output says should be written into .env."""
    settings = re.findall(r"(NEWSLETTER_DKIM_\w+=\S+)", output)
    (stage.root / ".env").write_text("\n".join(settings) + "\n")
    return stage


def record_of(output: str) -> tuple[str, str]:
    """Read the name and the value that are meant for a web form."""
    found = re.search(r"^(\S+\._domainkey\.\S+)\n(v=DKIM1; .+)$", output, re.MULTILINE)
    assert found, output
    return found[1], found[2]


def test_a_new_key_is_its_owners_alone_and_its_record_belongs_to_it(stage: Stage) -> None:
    output = stage.run("dkim-key", "--selector", "one")

    path = stage.root / "dkim-one.pem"
    name, value = record_of(output)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert value == read_key(path.read_bytes()).record
    assert name.startswith("one._domainkey.")
    assert "RSA, 2,048 bits" in output
    assert "PRIVATE" not in output


@pytest.mark.parametrize("option", [[], ["--ed25519"]])
def test_the_record_of_a_zone_file_is_that_of_the_web_form_in_short_strings(
    stage: Stage, option: list[str]
) -> None:
    output = stage.run("dkim-key", *option)

    name, value = record_of(output)
    zone = re.search(
        rf"^{re.escape(name)}\. 3600 IN TXT \((.*?) \)$", output, re.DOTALL | re.MULTILINE
    )
    assert zone
    strings = re.findall(r'"([^"]*)"', zone[1])
    assert "".join(strings) == value
    assert max(map(len, strings)) <= 255
    assert re.match(r"(rsa|ed25519)-\d{6}\._domainkey\.", name)


def test_a_key_is_never_overwritten(stage: Stage) -> None:
    stage.run("dkim-key", "--out", "mine.pem")
    before = (stage.root / "mine.pem").read_bytes()

    output = stage.run("dkim-key", "--out", "mine.pem", status=2)

    assert "mine.pem exists already, and a key is never overwritten" in output
    assert (stage.root / "mine.pem").read_bytes() == before


def test_what_it_says_to_set_makes_letters_that_verify(stage: Stage) -> None:
    first = stage.run("dkim-key", "--selector", "one")
    second = configured(stage, first).run("dkim-key", "--ed25519", "--selector", "two")
    configured(stage, second).run("test", ISSUE, "--to", "me@example.org", "--yes")

    letters = [path.read_bytes() for path in (stage.root / "outbox").glob("*.eml")]
    records = dict(map(record_of, (first, second)))
    assert len(letters) == 3
    assert [verdicts_of_dkimpy(letter, records) for letter in letters] == [[True, True]] * 3


def test_a_new_key_of_the_same_kind_takes_the_place_of_the_old_one(stage: Stage) -> None:
    configured(stage, stage.run("dkim-key", "--selector", "one"))

    output = stage.run("dkim-key", "--selector", "next")

    assert "NEWSLETTER_DKIM_SELECTOR=next\n" in output
    assert "NEWSLETTER_DKIM_KEY=dkim-next.pem\n" in output


def test_the_records_of_the_keys_in_use_are_shown_again(stage: Stage) -> None:
    made = stage.run("dkim-key", "--selector", "one")

    shown = configured(stage, made).run("dkim-key", "--show")

    assert record_of(shown) == record_of(made)
    assert "In use   dkim-one.pem  RSA, 2,048 bits" in shown
    assert [path.name for path in stage.root.glob("*.pem")] == ["dkim-one.pem"]


def test_nothing_to_show_and_nothing_to_make_at_once_are_wrong_usage(stage: Stage) -> None:
    assert "no key is in use" in stage.run("dkim-key", "--show", status=2)
    assert "--show makes no key" in stage.run("dkim-key", "--show", "--ed25519", status=2)
    assert "is not a selector" in stage.run("dkim-key", "--selector", "a b", status=2)


def test_m4_a_sender_of_another_domain_stops_before_anything_is_sent(stage: Stage) -> None:
    output = stage.run("dkim-key", "--selector", "one").replace("DOMAIN=", "DOMAIN=not-")

    refused = configured(stage, output).run(
        "test", ISSUE, "--to", "me@example.org", "--yes", status=3
    )

    assert "NEWSLETTER_DKIM_DOMAIN: the sender is" in refused
    assert not (stage.root / "outbox").exists()


def test_a_key_that_others_may_read_stops_before_anything_is_sent(stage: Stage) -> None:
    configured(stage, stage.run("dkim-key", "--selector", "one"))
    (stage.root / "dkim-one.pem").chmod(0o644)

    refused = stage.run("test", ISSUE, "--to", "me@example.org", "--yes", status=3)

    assert "other users can read or change it (mode 0644); run: chmod 600" in refused
    assert not (stage.root / "outbox").exists()
