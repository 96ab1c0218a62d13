"""What an import prints before it begins, and what it asks where a column is not certain."""

from collections.abc import Mapping, Sequence
from typing import Final
from unicodedata import east_asian_width

import click

from newsletter.cli.output import is_terminal
from newsletter.errors import ContentError
from newsletter.subscribers.address import printable, shown
from newsletter.subscribers.meanings import OURS, Column, Ground, Meaning, squeezed
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.survey import Doubt, Doubtful, Example, Survey

SAYABLE: Final = [meaning for meaning in Meaning if meaning not in OURS]
MEANINGS: Final = ", ".join(SAYABLE)


def parse_columns(
    _context: click.Context, _parameter: click.Parameter, words: Sequence[str]
) -> Mapping[str, Meaning]:
    """Read what ``--column NAME=MEANING`` says, by squeezed name."""
    said: dict[str, Meaning] = {}
    for word in words:
        name, equals, meaning = word.rpartition("=")
        meaning = meaning.strip().lower().replace("_", "-")
        if not equals or meaning not in SAYABLE:
            msg = f"{word!r} is no NAME=MEANING; MEANING is one of {MEANINGS}"
            raise click.BadParameter(msg)
        key = squeezed(name)
        if said.get(key, meaning) != meaning:
            msg = f"{name!r} cannot mean both {said[key]} and {meaning}"
            raise click.BadParameter(msg)
        said[key] = Meaning(meaning)
    return said


def refuse_unknown(file: str, columns: Sequence[Column], said: Mapping[str, Meaning]) -> None:
    """
    Refuse what is said of columns that are not there.

    Raises:
        click.BadParameter: it names the columns that are.
    """
    found = {squeezed(column.name) for column in columns}
    if missing := [name for name in said if name not in found]:
        there = ", ".join(shown(column.name) for column in columns)
        message = f"{file} has no column {missing[0]!r}; its columns are {there}"
        raise click.BadParameter(message, param_hint="--column")


def print_table(file: str, survey: Survey) -> None:
    """Print what each column is taken for, how many rows stand how, and three examples."""
    columns = survey.heading.columns
    names = [_named(column) for column in columns]
    width = max(map(_width, names))
    click.echo(f"{file}:{survey.heading.line}: what the columns are taken for")
    for name, column in zip(names, columns, strict=True):
        click.echo(f"{name}{' ' * (width - _width(name))}  {_taken_for(column)}")
    counts = [f"{survey.standings[standing]:,} {standing}" for standing in Standing]
    click.echo(f"Rows: {', '.join(counts)}; {survey.unread:,} that cannot be read")
    for example in survey.examples:
        click.echo(f"Example: {_example(example)}")


def settle(file: str, survey: Survey, command: Sequence[str]) -> None:
    """
    Ask whether what is doubtful is meant so: on a terminal; elsewhere nobody could answer.

    Where a yes in a column can mean either, nothing is proposed and nothing is asked: only
    ``--column`` says it.

    Args:
        file: as the person named it.
        survey: of the file.
        command: that the person gave, word by word.

    Raises:
        ContentError: something is doubtful, and nobody said yes; the message says how to
            make it certain.
    """
    if not survey.doubtful:
        return
    place = f"{file}:{survey.heading.line}"
    reasons = "\n".join(f"{place}: {_reason(one)}" for one in survey.doubtful)
    has_sign = all(one.doubt is not Doubt.SIGN for one in survey.doubtful)
    if has_sign and is_terminal("stdin"):
        click.echo(reasons, err=True)
        if click.confirm("Import it as the table says?"):
            return
        reasons = f"{place}: not imported"
    msg = f"{reasons}\n{_remedy(survey.doubtful, command)}"
    raise ContentError(msg)


def _remedy(doubtful: Sequence[Doubtful], command: Sequence[str]) -> str:
    import shlex  # noqa: PLC0415 - only for what is doubtful

    said = [
        word
        for one in doubtful
        for word in ("--column", f"{printable(one.column.name)}={_meaning_to_say(one)}")
    ]
    unsigned = [one for one in doubtful if one.doubt is Doubt.SIGN]
    choices = dict.fromkeys(
        f"Instead of {_meaning_to_say(one)} write {one.remedy} if a yes there keeps a reader out, "
        f"{Meaning.CONSENT} if a yes lets one in.\n"
        for one in unsigned
    )
    return (
        "Nothing was changed. Say what the columns mean; this takes no one in who may have left:\n"
        f"{shlex.join([*command, *said])}\n"
        f"{''.join(choices)}"
        f"Another meaning is one of {MEANINGS}; ignore: the column says nothing of email."
    )


def _meaning_to_say(one: Doubtful) -> str:
    """Return what stands behind ``NAME=`` in the remedy: no meaning where a person must choose."""
    return f"{one.remedy}|{Meaning.CONSENT}" if one.doubt is Doubt.SIGN else one.remedy


def _reason(one: Doubtful) -> str:
    name, found = shown(one.column.name), ", ".join(map(shown, one.found))
    match one.doubt:
        case Doubt.GUESSED:
            return f"{name} is no heading that is known; it is taken for {one.remedy}"
        case Doubt.SIGN:
            return f"{name} may mean {one.remedy} or {Meaning.CONSENT}; say which"
        case Doubt.NOTES:
            return f"{name} holds {found}, so it may say who left; it is taken for {one.remedy}"
        case Doubt.WORDS:
            return (
                f"{name} means {one.remedy}, but holds {found}: such rows are refused; "
                "empty the fields that stand for nothing"
            )
        case Doubt.EMPTY:
            return (
                f"{one.rows:,} rows have no date in {name}, which may mean that they never "
                "agreed; they are taken as active"
            )


def _named(column: Column) -> str:
    return printable(column.name) or f"(column {column.at + 1}, without a name)"


def _taken_for(column: Column) -> str:
    if column.ground is Ground.GUESSED:
        return f"{column.meaning} (a guess)"
    if column.ground is Ground.UNSIGNED:
        return f"{column.meaning} or {Meaning.CONSENT}: say which; counted as {column.meaning}"
    if column.ground is Ground.ELSEWHERE:
        return "not read (it does not speak of email)"
    return "not read" if column.meaning is Meaning.IGNORE else column.meaning


def _example(example: Example) -> str:
    since = f" since {example.told.since:%Y-%m-%d %H:%M} UTC" if example.told.since else ""
    fields = (example.address, example.name, example.language)
    return ", ".join([*filter(None, map(printable, fields)), f"{example.told.standing}{since}"])


def _width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
