"""The commands as a person meets them: what they print, and their exit statuses."""

import json
import re
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import update

from newsletter.storage.database import open_database
from newsletter.storage.tables import deliveries
from tests.mail_sinks import RecordingServer
from tests.stage.site import ISSUE, PUBLIC_URL, Stage, make_stage, write_readers


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return make_stage(tmp_path / "site")


def import_readers(stage: Stage) -> None:
    write_readers(stage.root / "readers.csv", ko=3, en=2, both=1, none=1)
    stage.run("subscribers", "import", "readers.csv")


def subjects(outbox: Path) -> list[str]:
    letters = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in outbox.glob("*.eml")
    ]
    return sorted(str(letter["Subject"]) for letter in letters)


def test_compose_writes_everything_and_a_manifest_that_tells_the_truth(stage: Stage) -> None:
    output = stage.run("compose", ISSUE)

    folder = stage.root / "build" / ISSUE
    manifest = json.loads((folder / "manifest.json").read_text())
    assert set(manifest["editions"]) == {"ko", "en", "bilingual"}
    assert manifest["issue"] == ISSUE
    assert manifest["digest"][:12] in output
    for kind, edition in manifest["editions"].items():
        for name in ("html", "text", "eml"):
            assert (folder / edition[name]).is_file()
        html = (folder / edition["html"]).read_bytes()
        assert edition["html_bytes"] == len(html)
        preview = (folder / "preview" / f"{kind}.html").read_text()
        for source in re.findall(r'src="([^"]+)"', preview):
            assert (folder / "preview" / source).is_file(), source


def test_compose_writes_nothing_when_something_is_wrong(stage: Stage) -> None:
    article = stage.root / "issues" / ISSUE / "03-hdc" / "ko.md"
    article.write_text(article.read_text().replace("title:", "titel:"), encoding="utf-8")

    output = stage.run("compose", ISSUE, status=1)

    assert (
        "issues/2022-08/03-hdc/ko.md:2: there is no field 'titel'; did you mean 'title'?" in output
    )
    assert "the field 'title' is missing" in output
    assert not (stage.root / "build").exists()


def test_compose_again_replaces_the_folder_as_a_whole(stage: Stage) -> None:
    stage.run("compose", ISSUE)
    stale = stage.root / "build" / ISSUE / "stale.html"
    stale.write_text("old")

    stage.run("compose", ISSUE)

    assert not stale.exists()
    assert [path.name for path in (stage.root / "build").iterdir()] == [ISSUE]


def test_an_issue_that_does_not_exist_is_wrong_usage(stage: Stage) -> None:
    assert "the issues here are: 2022-07, 2022-08" in stage.run("compose", "2022-09", status=2)
    assert "write the year and the month like 2022-08" in stage.run("compose", "August", status=2)


def test_new_writes_a_skeleton_that_composes_and_touches_nothing_twice(stage: Stage) -> None:
    stage.run("new", "2022-09")
    stage.run("compose", "2022-09")

    assert "exists already" in stage.run("new", "2022-09", status=2)


def test_d3_test_sends_every_edition_marked_and_never_writes_to_subscribers(stage: Stage) -> None:
    import_readers(stage)

    output = stage.run("test", ISSUE, "--to", "me@example.org", "--yes")

    assert output.count("accepted") == 3
    marks = [subject.split("]")[0] + "]" for subject in subjects(stage.root / "outbox")]
    assert marks == ["[TEST]", "[시험 발송]", "[시험 발송]"]
    letters = [one.read_text() for one in (stage.root / "outbox").glob("*.eml")]
    assert all("<me@example.org>\n" in one.partition("\nSubject:")[0] for one in letters)
    assert stage.run("status").startswith("Nothing has been dispatched yet.\nKept      1 email, ")


def test_test_sends_to_others_only_after_a_confirmation(tmp_path: Path) -> None:
    stage = make_stage(tmp_path / "site", test_recipients="team@example.org")

    refused = stage.run("test", ISSUE, "--to", "me@example.org", status=2)
    stage.run("test", ISSUE, "--edition", "ko")
    stage.run("test", ISSUE, "--edition", "en", "--to", "TEAM@example.org")

    assert "nothing was sent" in refused
    assert len(subjects(stage.root / "outbox")) == 2


def test_a_test_has_a_new_message_id_each_time(stage: Stage) -> None:
    for _ in range(2):
        stage.run("test", ISSUE, "--to", "me@example.org", "--yes", "--edition", "ko")

    assert len(list((stage.root / "outbox").glob("*.eml"))) == 2


def test_dispatch_asks_for_the_name_of_the_issue(stage: Stage) -> None:
    import_readers(stage)

    assert "add --yes" in stage.run("dispatch", ISSUE, status=2)
    assert not (stage.root / "outbox").exists()


def test_a_dry_run_plans_and_sends_nothing(stage: Stage) -> None:
    import_readers(stage)

    output = stage.run("dispatch", ISSUE, "--dry-run")

    assert "7 emails would be sent now; nothing was" in output
    assert not (stage.root / "outbox").exists()
    assert "never dispatched" in stage.run("status", ISSUE, status=2)


def test_a_limited_dispatch_is_not_finished_and_the_next_one_is(stage: Stage) -> None:
    import_readers(stage)

    first = stage.run("dispatch", ISSUE, "--yes", "--limit", "3", status=4)
    second = stage.run("dispatch", ISSUE, "--yes")

    assert "4 pending: run 'newsletter dispatch 2022-08' again" in first
    assert "4 attempts in this run; 7 planned: 7 accepted" in second
    assert len(subjects(stage.root / "outbox")) == 7


def test_readers_who_came_later_are_named_and_added_only_when_asked(stage: Stage) -> None:
    import_readers(stage)
    stage.run("dispatch", ISSUE, "--yes")
    stage.run("subscribers", "add", "late@example.org", "--language", "en")

    without = stage.run("dispatch", ISSUE, "--yes")
    stage.run("dispatch", ISSUE, "--yes", "--add-new")

    assert "1 reader added after the plan" in without
    assert stage.status()["accepted"] == 8


def test_a_begun_letter_goes_on_as_it_was_and_the_changed_file_is_named(stage: Stage) -> None:
    import_readers(stage)
    stage.run("dispatch", ISSUE, "--yes", "--limit", "2", status=4)
    letter = stage.root / "issues" / ISSUE / "en.md"
    letter.write_text(letter.read_text().replace("dialogue", "talks", 1))

    output = stage.run("dispatch", ISSUE, "--yes")

    assert f"Changed   issues/{ISSUE}/en.md; newsletter diff {ISSUE}" in output
    assert stage.status()["accepted"] == 7
    letters = list((stage.root / "outbox").glob("*.eml"))
    assert len(letters) == 7
    assert not [one for one in letters if "talks" in one.read_text()]


def test_status_counts_by_language_and_as_json(stage: Stage) -> None:
    import_readers(stage)
    stage.run("dispatch", ISSUE, "--yes")

    shown = stage.run("status")
    status = stage.status()

    assert re.search(r"bilingual +2 +2 +0 +0", shown)
    assert set(status) == {
        "issue", "digest", "planned", "accepted", "deferred", "refused", "unknown", "skipped",
        "pending", "finished", "halt", "appointment", "next_due_at", "resting", "outdated",
        "returned", "provider", "rehearsal", "set_aside", "doubts", "recipients_of",
    }  # fmt: skip
    parts = ("accepted", "refused", "deferred", "unknown", "skipped", "pending")
    assert status["planned"] == 7 == sum(status[name] for name in parts)
    assert status["finished"] is True


def test_a_list_without_a_terminal_has_a_line_each_with_the_address_first(tmp_path: Path) -> None:
    with RecordingServer(smtputf8=False).running() as server:
        stage = make_stage(tmp_path / "site", mail_url=server.url, public_url=PUBLIC_URL)
        stage.run("subscribers", "add", "독자@example.org", "--language", "ko")
        stage.run("dispatch", ISSUE, "--yes")

    [line] = stage.run("status", ISSUE, "--list", "refused").splitlines()
    address, edition, state, *rest = line.split("\t")
    assert (address, edition, state) == ("독자@example.org", "ko", "refused")
    assert "SMTPUTF8" in rest[-1]
    assert stage.status()["finished"] is True


@pytest.mark.parametrize("public_url", ["", "http://news.example.org"])
def test_letters_leave_the_machine_only_with_a_public_https_address(
    tmp_path: Path, public_url: str
) -> None:
    stage = make_stage(tmp_path / "site", mail_url="smtp://127.0.0.1:9", public_url=public_url)

    for command in (["dispatch"], ["test", "--to", "me@example.org"]):
        output = stage.run(command[0], ISSUE, *command[1:], "--yes", status=3)
        assert "NEWSLETTER_PUBLIC_URL: must be set to an https:// address" in output


def test_a_relay_that_is_not_there_is_a_fault_of_the_provider(tmp_path: Path) -> None:
    stage = make_stage(tmp_path / "site", mail_url="smtp://127.0.0.1:9", public_url=PUBLIC_URL)
    import_readers(stage)

    output = stage.run("dispatch", ISSUE, "--yes", status=3)

    assert "127.0.0.1:9" in output


def test_a_wrong_setting_stops_every_command_before_it_acts(tmp_path: Path) -> None:
    stage = make_stage(tmp_path / "site", conections="3")

    for command in (["compose", ISSUE], ["dispatch", ISSUE, "--yes"], ["subscribers", "list"]):
        assert "did you mean NEWSLETTER_CONNECTIONS?" in stage.run(*command, status=3)
    assert sorted(path.name for path in stage.root.iterdir()) == ["issues"]


def test_help_loads_no_slow_library() -> None:
    code = (
        "import sys; from newsletter.cli.main import cli\n"
        "try: cli(['--help'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('sqlalchemy', 'premailer', 'rich', 'PIL', 'requests', 'babel', 'yaml')"
        " if m in sys.modules])"
    )

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ended.stdout.rstrip().endswith("[]")


def test_init_refuses_a_folder_that_holds_something(stage: Stage) -> None:
    output = stage.run("init", str(stage.root), status=2)

    assert "not empty" in output


def test_a_folder_that_is_no_site_is_told_so_and_nothing_is_made_in_it(tmp_path: Path) -> None:
    nowhere = Stage(tmp_path, {})

    for command in (["compose", ISSUE], ["status"], ["subscribers", "list"], ["new", ISSUE]):
        assert "newsletter init DIR" in nowhere.run(*command, status=3)
    assert list(tmp_path.iterdir()) == []


def test_a_dispatch_without_readers_is_told_so(stage: Stage) -> None:
    output = stage.run("dispatch", ISSUE, "--yes", status=1)

    assert "newsletter subscribers import FILE.csv" in output
    assert "never dispatched" in stage.run("status", ISSUE, "--list", "unknown", status=2)


def test_a_database_whose_driver_is_missing_says_what_to_install(tmp_path: Path) -> None:
    stage = make_stage(
        tmp_path / "site", database_url="postgresql://me:hunter2@localhost/newsletter"
    )

    output = stage.run("subscribers", "list", status=3)

    assert "hunter2" not in output
    assert "NEWSLETTER_DATABASE_URL: postgresql://localhost/newsletter" in output


def test_compose_never_replaces_what_it_has_not_built(stage: Stage) -> None:
    output = stage.run("compose", ISSUE, "--out", "issues", status=2)

    assert "was not made by this program, and its files would be lost" in output
    assert (stage.root / "issues" / ISSUE / "ko.md").is_file()


def test_a_letter_that_nobody_was_sent_can_still_be_corrected(tmp_path: Path) -> None:
    stage = make_stage(tmp_path / "site")
    import_readers(stage)
    stage.run("dispatch", ISSUE, "--yes", "--limit", "1", status=4)
    letter = stage.root / "issues" / ISSUE / "en.md"
    corrected = letter.read_text().replace("dialogue", "talks", 1)

    engine = open_database("sqlite:///newsletter.db", stage.root)
    with engine.begin() as connection:
        connection.execute(
            update(deliveries).values(state="pending", begun_at=None, attempts=0, answer=None)
        )
    engine.dispose()
    letter.write_text(corrected, encoding="utf-8")
    output = stage.run("dispatch", ISSUE, "--yes")

    assert "was for another email or other readers, and nothing was sent" in output
    assert stage.status()["accepted"] == 7


def test_a_provider_that_cannot_be_reached_binds_nobody_to_this_letter(tmp_path: Path) -> None:
    stage = make_stage(tmp_path / "site", mail_url="smtp://127.0.0.1:9", public_url=PUBLIC_URL)
    import_readers(stage)

    stage.run("dispatch", ISSUE, "--yes", status=3)

    assert "never dispatched" in stage.run("status", ISSUE, status=2)


def test_a_folder_that_cannot_be_written_is_named_without_a_traceback(stage: Stage) -> None:
    (stage.root / "build").write_text("a file in the way")

    assert "build" in stage.run("compose", ISSUE, status=1)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_a_closed_stream_stops_no_command(stage: Stage, closed: str) -> None:
    import_readers(stage)
    command = " ".join(stage.command("dispatch", ISSUE, "--yes"))

    ended = subprocess.run(
        ["sh", "-c", f"{command} {closed}"], cwd=stage.root, env=stage.environment, check=False
    )

    assert ended.returncode == 0
    assert stage.status()["accepted"] == 7


def test_output_that_cannot_hold_korean_is_no_traceback(stage: Stage) -> None:
    environment = {**stage.environment, "PYTHONIOENCODING": "cp1252"}

    ended = subprocess.run(
        stage.command("compose", ISSUE), cwd=stage.root, env=environment, capture_output=True,
        text=True, encoding="cp1252", check=False,
    )  # fmt: skip

    assert (ended.returncode, ended.stderr) == (0, "")
    assert "\\u" in ended.stdout
