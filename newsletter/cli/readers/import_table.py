"""The table that an import prints before it begins, and its questions on uncertain columns."""

from collections.abc import Mapping, Sequence
from typing import Final

import click

from newsletter.cli.cells import pad, width
from newsletter.cli.confirming import confirm
from newsletter.cli.output import is_terminal
from newsletter.cli.wording import _, say
from newsletter.errors import ContentError
from newsletter.subscribers.address import printable, shown
from newsletter.subscribers.meanings import OURS, Column, Ground, Meaning, squeezed
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.survey import Doubt, Doubtful, Example, Survey

GAP: Final = 2  # cells between columns
SAYABLE: Final = [meaning for meaning in Meaning if meaning not in OURS]
MEANINGS: Final = ", ".join(SAYABLE)


def parse_columns(
    _context: click.Context, _parameter: click.Parameter, words: Sequence[str]
) -> Mapping[str, Meaning]:
    """Parse the values of ``--column NAME=MEANING``, by squeezed name."""
    said: dict[str, Meaning] = {}
    for word in words:
        name, equals, meaning = word.rpartition("=")
        meaning = meaning.strip().lower().replace("_", "-")
        if not equals or meaning not in SAYABLE:
            raise click.BadParameter(
                _(
                    "{word!r} is not NAME=MEANING; MEANING is one of {meanings}",
                    word=word,
                    meanings=MEANINGS,
                )
            )
        key = squeezed(name)
        if said.get(key, meaning) != meaning:
            raise click.BadParameter(
                _(
                    "{name!r} cannot mean both {one} and {other}",
                    name=name,
                    one=said[key],
                    other=meaning,
                )
            )
        said[key] = Meaning(meaning)
    return said


def refuse_unknown(file: str, columns: Sequence[Column], said: Mapping[str, Meaning]) -> None:
    """
    Refuse meanings given for columns that do not exist.

    Raises:
        click.BadParameter: the message lists the existing columns.
    """
    found = {squeezed(column.name) for column in columns}
    if missing := [name for name in said if name not in found]:
        message = _(
            "{file} has no column {name!r}; its columns are {columns}",
            file=file,
            name=missing[0],
            columns=[shown(column.name) for column in columns],
        )
        raise click.BadParameter(message, param_hint="--column")


def print_table(file: str, survey: Survey) -> None:
    """Print the meaning of each column, the number of rows by standing, and three examples."""
    columns = survey.heading.columns
    names = [_named(column) for column in columns]
    cells = max(map(width, names)) + GAP
    place = f"{file}:{survey.heading.line}"
    click.echo(_("{place}: the meaning of the columns", place=place))
    for name, column in zip(names, columns, strict=True):
        click.echo(f"{pad(name, cells)}{_taken_for(column)}")
    rows = _(
        "Rows: {active:,} active, {unsubscribed:,} unsubscribed, {suppressed:,} suppressed; "
        "{unread:,} that cannot be read",
        active=survey.standings[Standing.ACTIVE],
        unsubscribed=survey.standings[Standing.UNSUBSCRIBED],
        suppressed=survey.standings[Standing.SUPPRESSED],
        unread=survey.unread,
    )
    if suspended := survey.standings[Standing.SUSPENDED]:
        rows += _("; {suspended:,} suspended", suspended=suspended)
    click.echo(rows)
    for example in survey.examples:
        click.echo(_("Example: {example}", example=_example(example)))


def settle(file: str, survey: Survey, command: Sequence[str]) -> None:
    """
    Ask a person to confirm doubtful columns, only on a terminal.

    If "yes" is ambiguous in a column, nothing is proposed and nothing is asked: only
    ``--column`` gives the meaning.

    Args:
        file: as the person wrote it.
        survey: of the file.
        command: the person's command, word by word.

    Raises:
        ContentError: a column is doubtful and was not confirmed; the message contains the remedy.
    """
    if not survey.doubtful:
        return
    place = f"{file}:{survey.heading.line}"
    reasons = "\n".join(f"{place}: {_reason(one)}" for one in survey.doubtful)
    has_sign = all(one.doubt is not Doubt.SIGN for one in survey.doubtful)
    if has_sign and is_terminal("stdin"):
        click.echo(reasons, err=True)
        if confirm(_("Import it as the table says?")):
            return
        reasons = _("{place}: not imported", place=place)
    msg = f"{reasons}\n{_remedy(survey.doubtful, command)}"
    raise ContentError(msg)


def _remedy(doubtful: Sequence[Doubtful], command: Sequence[str]) -> str:
    import shlex  # noqa: PLC0415 - only for doubtful columns

    said = [
        word
        for one in doubtful
        for word in ("--column", f"{printable(one.column.name)}={_meaning_to_say(one)}")
    ]
    choices = dict.fromkeys(
        _(
            "Instead of {choice} write {remedy} if yes means that the reader refuses "
            "email, {consent} if yes means that the reader agrees.",
            choice=_meaning_to_say(one),
            remedy=one.remedy,
            consent=Meaning.CONSENT,
        )
        for one in doubtful
        if one.doubt is Doubt.SIGN
    )
    lines = [
        _(
            "Nothing was changed. Give the meaning of the columns; this command adds "
            "nobody who may have left:"
        ),
        shlex.join([*command, *said]),
        *choices,
        _(
            "Other meanings are {meanings}; ignore means that the column is not about email.",
            meanings=MEANINGS,
        ),
    ]
    return "\n".join(lines)


def _meaning_to_say(one: Doubtful) -> str:
    """Return the value after ``NAME=`` in the remedy; no meaning if a person must choose."""
    return f"{one.remedy}|{Meaning.CONSENT}" if one.doubt is Doubt.SIGN else one.remedy


def _reason(one: Doubtful) -> str:
    name, found = shown(one.column.name), list(map(shown, one.found))
    match one.doubt:
        case Doubt.GUESSED:
            return _(
                "{name} is not a known heading; it is read as {meaning}",
                name=name,
                meaning=one.remedy,
            )
        case Doubt.SIGN:
            return _(
                "{name} may mean {meaning} or {consent}; choose one",
                name=name,
                meaning=one.remedy,
                consent=Meaning.CONSENT,
            )
        case Doubt.NOTES:
            return _(
                "{name} contains {found}, so it may say who left; it is read as {meaning}",
                name=name,
                found=found,
                meaning=one.remedy,
            )
        case Doubt.WORDS:
            return _(
                "{name} means {meaning}, but contains {found}: such rows are refused; "
                "empty the fields that mean no value",
                name=name,
                meaning=one.remedy,
                found=found,
            )
        case Doubt.EMPTY:
            return _(
                "{rows:,} rows have no date in {name}, which may mean that these readers "
                "never agreed; they are read as active",
                rows=one.rows,
                name=name,
            )


def _named(column: Column) -> str:
    return printable(column.name) or _("(column {number}, without a name)", number=column.at + 1)


def _taken_for(column: Column) -> str:
    meaning = column.meaning
    if column.ground is Ground.GUESSED:
        return _("{meaning} (a guess)", meaning=meaning)
    if column.ground is Ground.UNSIGNED:
        return _(
            "{meaning} or {consent}: choose one; counted as {meaning}",
            meaning=meaning,
            consent=Meaning.CONSENT,
        )
    if column.ground is Ground.ELSEWHERE:
        return _("not read (it is not about email)")
    return _("not read") if meaning is Meaning.IGNORE else meaning


def _example(example: Example) -> str:
    standing = say(example.told.standing.said)
    if since := example.told.since:
        when = f"{since:%Y-%m-%d %H:%M} UTC"
        standing = _("{standing} since {when}", standing=standing, when=when)
    fields = (example.address, example.name, example.language)
    return ", ".join([*filter(None, map(printable, fields)), standing])
