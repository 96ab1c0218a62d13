"""The documents say what the program does: commands, settings, the walk, both languages."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import click
import pytest
from dotenv import dotenv_values

from newsletter.cli.lazy import LazyGroup
from newsletter.cli.main import cli
from newsletter.delivery.registry import SCHEMES
from newsletter.settings import DEFAULTS
from tests.stage.site import Stage

ROOT = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.ko.md")
# operating.md has tests of its own.
TWINS = (
    *("proof.md", "pace.md", "dispatching.md", "reliability.md", "deploy.md", "feedback.md"),
    "webhooks.md",
    "doctor.md",
)
DOCUMENTS = (
    *READMES,
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")),
    *sorted(f"docs/ko/{path.name}" for path in (ROOT / "docs/ko").glob("*.md")),
)
ENV_EXAMPLE = ".env.example"
COMMAND_ROW = re.compile(r"\*\*`newsletter ([^`]+)`\*\*")


@pytest.mark.parametrize("readme", READMES)
def test_every_command_is_in_the_readme_with_all_its_options(readme: str) -> None:
    assert documented_commands(readme) == real_commands()


@pytest.mark.parametrize("readme", READMES)
def test_every_argument_of_a_command_is_in_the_readme(readme: str) -> None:
    rows = [found[1] for row in table_rows(readme) if (found := COMMAND_ROW.fullmatch(row[0]))]

    expected = [
        " ".join([path, *(parameter.make_metavar(context) for parameter in arguments)])
        for path, command in leaf_commands()
        for context in [click.Context(command)]
        for arguments in [[one for one in command.params if isinstance(one, click.Argument)]]
    ]
    assert rows == expected


@pytest.mark.parametrize("readme", READMES)
def test_the_settings_of_the_readme_are_those_of_the_program(readme: str) -> None:
    rows = [row for row in table_rows(readme) if re.fullmatch(r"`NEWSLETTER_\w+`", row[0])]
    documented = {row[0].strip("`"): row[1].strip("`") for row in rows if len(row) == 3}

    assert documented == dict(DEFAULTS)


def test_the_example_of_env_holds_every_setting_with_its_default() -> None:
    """NEWSLETTER_ROOT finds .env, so it stands there as a comment, with an example."""
    text = read(ENV_EXAMPLE)
    set_there = dotenv_values(ROOT / ENV_EXAMPLE, interpolate=False)

    named = re.findall(r"^(?:# )?(NEWSLETTER_\w+)=", text, re.MULTILINE)
    assert named == list(DEFAULTS)
    assert set_there == {name: DEFAULTS[name] for name in DEFAULTS if name != "NEWSLETTER_ROOT"}


@pytest.mark.parametrize("document", [*DOCUMENTS, ENV_EXAMPLE])
def test_no_document_names_a_setting_that_does_not_exist(document: str) -> None:
    named = set(re.findall(r"NEWSLETTER_[A-Z0-9_]+", read(document)))

    assert named <= set(DEFAULTS)


@pytest.mark.parametrize("document", [*READMES, ENV_EXAMPLE])
def test_every_way_to_send_is_described_and_no_other(document: str) -> None:
    known = "|".join(re.escape(scheme) for scheme in SCHEMES)
    shown = re.findall(rf"^(?:\| `|# +)((?:{known}):\S+?)`?(?: |$)", read(document), re.MULTILINE)

    assert [form.partition(":")[0] for form in shown] == list(SCHEMES)


def test_both_readmes_have_the_same_headings() -> None:
    english, korean = map(heading_marks, READMES)

    assert korean == english


def test_both_readmes_have_the_same_code_blocks_apart_from_comments() -> None:
    english, korean = (
        [(kind, without_comments(block)) for kind, block in fences(name)] for name in READMES
    )

    assert korean == english


def test_both_readmes_have_the_same_first_columns_in_their_tables() -> None:
    english, korean = (
        [
            without_example_words(row[0])
            for row in table_rows(name)
            if row[0].startswith(("`", "**`"))
        ]
        for name in READMES
    )

    assert korean == english
    assert len(table_rows(READMES[0])) == len(table_rows(READMES[1]))


def without_example_words(cell: str) -> str:
    """Leave out what an example says to readers, each in its language, and what joins two."""
    cell = re.sub(
        r"(?<=`\[)[^\^\]]+(?=\]\(.*\{\.button\}`)|(?<=!\[)[^\]]+|(?<= \")[^\"]+(?=\"\))", "", cell
    )
    return re.sub(r"(?<=`)(?: and |과 )(?=`)|(?<=\[\^1\]: )[^`]+", "", cell)


def test_both_readmes_have_the_same_links_and_lists() -> None:
    english, korean = (
        (
            [  # but for the first, which leads to the other language
                target.replace("docs/ko/", "docs/")
                for target in links(name)
                if not target.startswith("#")
            ][1:],
            re.findall(r"^(?:-|\d+\.)(?= )", without_fences(name), re.MULTILINE),
        )
        for name in READMES
    )

    assert korean == english


@pytest.mark.parametrize("page", TWINS)
def test_both_pages_have_the_same_structure(page: str) -> None:
    """Headings, commands, tables, lists, and links but for those to the other language."""
    english, korean = (
        (
            re.findall(r"^#+(?= )", without_fences(name), re.MULTILINE),
            [(kind, without_comments(block)) for kind, block in fences(name) if kind != "text"],
            [len(row) for row in table_rows(name)],
            re.findall(r"^(?:-|\d+\.)(?= )", without_fences(name), re.MULTILINE),
            [
                "#" if target.startswith("#") else target.removeprefix("../")
                for target in links(name)
            ][1:],
        )
        for name in (f"docs/{page}", f"docs/ko/{page}")
    )

    assert korean == english


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_to_a_file_or_a_heading_leads_somewhere(document: str) -> None:
    anchors = {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", without_fences(document), re.MULTILINE)
    }

    for target in links(document):
        if target.startswith("#"):
            assert unquote(target[1:]) in anchors, target
        elif "://" not in target:
            assert (ROOT / document).parent.joinpath(unquote(target)).exists(), target


def test_the_walk_of_the_readme_runs_and_shows_what_it_says(tmp_path: Path) -> None:
    """Run the commands in one shell, as a reader would; no setting of ours is seen."""
    commands, shown = walk()
    folder = tmp_path / "newsletter"
    folder.mkdir()
    script = "\n".join(f"{command}\necho '@@@'" for command in commands)
    own = {name: value for name, value in os.environ.items() if "NEWSLETTER_" not in name}
    path = f"{Path(sys.executable).parent}{os.pathsep}{own.get('PATH', '')}"

    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={**own, "PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    printed = [settled(output) for output in ended.stdout.split("@@@\n")]
    for expected, output in zip(shown, printed, strict=False):
        rest = iter(output)
        missing = [line for line in settled(expected) if line not in rest]
        assert missing == [], "\n".join(output)
    letters = list((tmp_path / "my-newsletter" / "outbox").glob("*.eml"))
    assert len(letters) == 3 + 4  # one test of each edition, then one letter a reader


def read(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def leaf_commands() -> Iterator[tuple[str, click.Command]]:
    """Yield the commands a person types, groups opened, in the order of the help."""
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            inside = command.commands
            if isinstance(command, LazyGroup):
                inside = command.load_all()
            yield from ((f"{name} {inner}", one) for inner, one in inside.items())
        else:
            yield name, command


def real_commands() -> dict[str, set[str]]:
    return {
        path: {word for one in command.params for word in one.opts if word.startswith("--")}
        for path, command in leaf_commands()
    }


def documented_commands(readme: str) -> dict[str, set[str]]:
    """Return each command of the tables with the options in the rows below it."""
    found: dict[str, set[str]] = {}
    path = ""
    for row in table_rows(readme):
        if command := COMMAND_ROW.fullmatch(row[0]):
            path = " ".join(word for word in command[1].split() if word.islower())
            found[path] = set()
        elif option := re.match(r"`(--[a-z0-9-]+)", row[0]):
            assert option[1] not in found[path], f"{path} {option[1]} stands twice"
            found[path].add(option[1])
    return found


def fences(document: str) -> list[tuple[str, str]]:
    """Return the fenced blocks as (language, content), in order."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", read(document), re.MULTILINE | re.DOTALL)


def without_fences(document: str) -> str:
    return re.sub(r"^```.*?^```$", "", read(document), flags=re.MULTILINE | re.DOTALL)


def heading_marks(document: str) -> list[str]:
    return re.findall(r"^#+(?= )", without_fences(document), re.MULTILINE)


def without_comments(block: str) -> str:
    return re.sub(r"(^|[ \t]+)# .*$", "", block, flags=re.MULTILINE)


def table_rows(document: str) -> list[list[str]]:
    """Return the cells of every table row below a heading row."""
    lines = without_fences(document).splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split(" |")]
        for before, line in pairwise(lines)
        if line.startswith("| ") and before.startswith("|")
    ]


def links(document: str) -> list[str]:
    text = re.sub(r"`[^`\n]*`", "", without_fences(document))
    return re.findall(r"\]\(([^)\s]+)\)", text)


def walk() -> tuple[list[str], list[str]]:
    """Return the commands of the walk, and what each is said to print (or nothing)."""
    blocks = fences(READMES[0])
    starts = [at for at, (_, block) in enumerate(blocks) if block.startswith("newsletter init")]
    ends = [at for at, (_, block) in enumerate(blocks) if block.startswith("issues/\n")]
    commands: list[str] = []
    shown: list[str] = []
    for kind, block in blocks[starts[0] : ends[0]]:
        if kind == "sh":
            commands.append(block)
            shown.append("")
        else:
            shown[-1] = block
    assert len(commands) == 6
    return commands, shown


def settled(output: str) -> list[str]:
    """Return lines without what differs from run to run, or with every change of a template."""
    text = re.sub(r"\b[0-9a-f]{12,64}\b", "DIGEST", output)
    text = re.sub(r" +[0-9.]+ kB", " SIZE kB", text)
    return [line.rstrip() for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("readme", ["README.md", "README.ko.md"])
def test_the_digest_that_a_readme_shows_is_that_of_its_issue(readme: str, tmp_path: Path) -> None:
    stage = Stage(tmp_path, {})
    stage.run("init", ".")
    stage.run("new", "2022-09")

    composed = stage.run("compose", "2022-09").splitlines()[0]

    assert composed in (ROOT / readme).read_text(encoding="utf-8")
