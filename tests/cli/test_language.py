"""The operator's language: how it is chosen, and that what is shown keeps its columns."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from newsletter.cli import cells
from newsletter.cli.confirming import confirm
from newsletter.cli.language import find_language
from newsletter.cli.main import COMMANDS, cli
from newsletter.cli.wording import use_language
from tests.catalogues.test_catalogues import load

KOREAN = re.compile("[가-힣]")


@pytest.fixture(autouse=True)
def _speaks_english_again() -> Iterator[None]:
    yield
    use_language("en")


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "ko"}, "ko"),
        ({"LANG": "ko_KR.eucKR@x"}, "ko"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "kok_IN"}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "LC_MESSAGES": "ko_KR.UTF-8"}, "ko"),
        ({"LC_MESSAGES": "ko_KR.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": ""}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "NEWSLETTER_LANGUAGE": "en"}, "en"),
        ({"LANG": "C", "NEWSLETTER_LANGUAGE": "ko"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "NEWSLETTER_LANGUAGE": "kr"}, "ko"),
    ],
)
def test_the_setting_decides_and_then_the_locale(
    environ: Mapping[str, str], language: str, tmp_path: Path
) -> None:
    assert find_language(environ, tmp_path) == language


@pytest.mark.parametrize(
    ("content", "language"),
    [
        (b"NEWSLETTER_LANGUAGE=ko\n", "ko"),
        (b"\xef\xbb\xbfNEWSLETTER_LANGUAGE=ko\n", "ko"),
        (b"# no\r\nexport NEWSLETTER_LANGUAGE = 'ko'\r\n", "ko"),
        (b"\xff\xfe broken = \x00\nNEWSLETTER_LANGUAGE=ko", "ko"),
        (b'NEWSLETTER_MAIL_URL="never closed\nNEWSLETTER_LANGUAGE=ko\n', "ko"),
        (b"# NEWSLETTER_LANGUAGE=ko\n", "en"),
        (b"MY_NEWSLETTER_LANGUAGE=ko\n", "en"),
        (b"NEWSLETTER_LANGUAGE=\n", "en"),
        (b"NEWSLETTER_LANGUAGE=fr\n", "en"),
        (b"", "en"),
    ],
)
def test_of_the_file_one_line_is_read_whatever_else_is_wrong_with_it(
    content: bytes, language: str, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_bytes(content)

    assert find_language({}, tmp_path) == language
    assert find_language({"NEWSLETTER_ROOT": str(tmp_path)}, Path("/")) == language


def test_a_file_that_is_none_hangs_no_help(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".env")

    assert find_language({"LANG": "ko_KR.UTF-8"}, tmp_path) == "ko"
    assert find_language({"NEWSLETTER_ROOT": "a\0b"}, tmp_path) == "en"


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(
    "command",
    [
        "",
        *COMMANDS,
        *(
            f"subscribers {one}"
            for one in (
                "import",
                "add",
                "list",
                "show",
                "remove",
                "suppress",
                "unsuppress",
                "change-address",
                "export",
            )
        ),
    ],
)
def test_help_fits_a_terminal_and_its_columns_are_level(
    command: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_LANGUAGE", language)
    shown = CliRunner().invoke(cli, [*command.split(), "--help"]).output

    assert [line for line in shown.split("\n") if cells.width(line) > 80] == []
    assert bool(KOREAN.search(shown)) == (language == "ko")
    starts = {
        cells.width(line) - cells.width(re.split(r"  +", line.strip(), maxsplit=1)[1])
        for line in shown.split("\n")
        if re.match(r"  -\S.*?\S  +\S", line)
    }
    assert len(starts) == 1


def test_a_broken_file_breaks_no_help(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"NEWSLETTER_LANGUAGE=ko\n\xff=\xff\n")
    environ = {**os.environ, "LC_ALL": "C.UTF-8"}

    shown = subprocess.run(
        [sys.executable, "-m", "newsletter", "dispatch", "--help"],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        check=True,
    ).stdout.decode()

    assert shown.startswith("사용법: newsletter dispatch [옵션] [ISSUE]")


def test_a_terminal_without_hangul_is_spoken_to_in_english(tmp_path: Path) -> None:
    environ = {**os.environ, "NEWSLETTER_LANGUAGE": "ko", "PYTHONIOENCODING": "ascii"}

    shown = subprocess.run(
        [sys.executable, "-m", "newsletter", "--help"],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        check=True,
    ).stdout.decode()

    assert shown.startswith("Usage: newsletter")


def test_a_wrong_language_is_refused_in_the_language_that_is_spoken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for locale, words in (
        ("ko_KR.UTF-8", "지원하는 언어가 아닙니다"),
        ("C", "the program does not speak"),
    ):
        environ = {**os.environ, "LC_ALL": locale, "NEWSLETTER_LANGUAGE": "kr"}
        ended = subprocess.run(
            [sys.executable, "-m", "newsletter", "status"],
            env=environ,
            capture_output=True,
            check=False,
        )

        assert ended.returncode == 3
        assert words in ended.stderr.decode()
        assert "NEWSLETTER_LANGUAGE" in ended.stderr.decode()


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(
    ("typed", "is_agreed"),
    [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("maybe\ny\n", True)],
)
def test_english_answers_count_in_either_language(
    typed: str, language: str, *, is_agreed: bool
) -> None:
    assert answered(typed, language) == is_agreed


@pytest.mark.parametrize(
    ("typed", "is_agreed"),
    [("예\n", True), ("네\n", True), ("아니요\n", False), ("글쎄\n예\n", True)],
)
def test_korean_answers_count_where_korean_is_spoken(typed: str, *, is_agreed: bool) -> None:
    assert answered(typed, "ko") == is_agreed


def answered(typed: str, language: str) -> bool:
    @click.command()
    def asking() -> None:
        use_language(language)
        click.echo(f"<{confirm('?')}>")

    return "<True>" in CliRunner().invoke(asking, input=typed).output


def test_every_command_is_worded_and_the_original_stays_english() -> None:
    use_language("ko")
    for name in COMMANDS:
        assert not KOREAN.search(load(name).help or "")
