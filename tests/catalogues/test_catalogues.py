"""Every sentence for operators stands in both languages, and names what its code is given."""

import ast
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from gettext import GNUTranslations
from importlib import import_module
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Final

import click
import pytest
from babel.messages.catalog import Message

from newsletter.cli.lazy import LazyGroup
from newsletter.cli.main import COMMANDS, cli
from newsletter.phrases import LANGUAGES
from tests.catalogues.compiling import compile_catalogue, compiled_path, merge, read_sources

PACKAGE: Final = Path(__file__).parent.parent.parent / "newsletter"
SYMBOL: Final = re.compile(r"\[?[A-Z=]+…?\]?")  # what a person's own word stands for: FILE
CODE: Final = re.compile(r"[a-z]+\.[a-z0-9-]+")
# Codes of lists are asked for by sentences.
ASKED_FOR: Final = re.compile(r"\{\w+:(list\.\w+)\}")


def sentences(language: str) -> Mapping[str, Message]:
    """Return the messages of *language* by their code."""
    found = {}
    for message in merge(read_sources(language)):
        if message.id:
            found[message.id if isinstance(message.id, str) else message.id[0]] = message
    return found


def wordings(message: Message) -> tuple[str, ...]:
    """Return the sentence, or its singular and plural."""
    words = message.string or ""
    return (words,) if isinstance(words, str) else tuple(words)


def named(sentence: str) -> set[str]:
    """Return the fields that a sentence names."""
    return {name for _text, name, _form, _way in Formatter().parse(sentence) if name}


SENTENCES: Final = {language: sentences(language) for language in LANGUAGES}
CODES: Final = sorted(
    {code for found in SENTENCES.values() for code in found if CODE.fullmatch(code)}
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_as_new_as_its_sources(language: str) -> None:
    compiled = GNUTranslations(BytesIO(compiled_path(language).read_bytes()))
    anew = GNUTranslations(BytesIO(compile_catalogue(language)))

    def contents(of: GNUTranslations) -> dict[object, str]:
        entries: dict[object, str] = vars(of)["_catalog"]
        return {key: text for key, text in entries.items() if key}

    assert contents(compiled) == contents(anew), "run: make catalogues"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_stands_in_the_file_of_its_room(language: str) -> None:
    wrong = [
        (path.name, message.id)
        for path, catalog in read_sources(language).items()
        for message in catalog
        for code in ([message.id] if isinstance(message.id, str) else list(message.id))
        if CODE.fullmatch(code) and code.split(".")[0] not in {path.stem, "list", "count"}
    ]
    assert wrong == []


def test_no_sentence_lacks_a_language() -> None:
    assert [code for code in CODES if not all(code in SENTENCES[one] for one in LANGUAGES)] == []
    empty = [
        (language, code)
        for language, found in SENTENCES.items()
        for code, message in found.items()
        if not all(wordings(message)) or message.fuzzy
    ]
    assert empty == []


def test_both_languages_name_the_same() -> None:
    names = {
        language: {
            code: set().union(*map(named, wordings(SENTENCES[language][code]))) for code in CODES
        }
        for language in ("en", "ko")
    }
    assert names["ko"] == names["en"]


def test_what_the_code_says_has_a_sentence_that_names_what_it_is_given() -> None:
    said = list(phrases())
    assert said

    unknown = [(place, code) for place, code, _fields in said if code not in SENTENCES["en"]]
    assert unknown == []
    differing = [
        (place, code, fields)
        for place, code, fields in said
        if fields is not None
        and set().union(*map(named, wordings(SENTENCES["en"][code]))) - {"count"}
        != fields - {"count"}
    ]
    assert differing == []


def test_no_sentence_is_left_that_nobody_says() -> None:
    said = {code for _place, code, _fields in phrases()}
    for found in SENTENCES.values():
        for message in found.values():
            said |= {code for text in wordings(message) for code in ASKED_FOR.findall(text)}

    left = {code for code in CODES if not code.startswith(("list.", "count."))}
    assert left - said == set()


def test_what_the_terminal_says_has_a_korean_sentence_that_names_the_same() -> None:
    lacking = [(place, text) for place, text, _fields in own_words() if text not in SENTENCES["ko"]]
    assert lacking == []
    differing = [
        (place, text)
        for place, text, fields in own_words()
        for korean in wordings(SENTENCES["ko"][text])
        if fields is not None and not named(text) == named(korean) == fields
    ]
    assert differing == []


def test_help_is_worded_in_korean() -> None:
    assert [
        text for text in helps() if text not in SENTENCES["ko"] and not SYMBOL.fullmatch(text)
    ] == []


def test_no_korean_sentence_is_left_that_the_terminal_does_not_say() -> None:
    said = {text for _place, text, _fields in own_words()} | set(helps())

    sources = {path.stem: catalog for path, catalog in read_sources("ko").items()}
    left = {
        message.id
        for stem in ("cli", "help", "reports", "readers")
        for message in sources[stem]
        if message.id
    } - said
    assert left == set()


# What stands in a Korean sentence as it is typed or as machines have it.
TYPED: Final = re.compile(
    r"\{[^{}]*\}|'[^']*'|`[^`]*`|“[^”]*”|\"[^\"]*\"|https?://\S+|--[a-z-]+(?:[ =][A-Z][A-Z_|=]*)?"
    r"|(?:newsletter|openssl|chmod|chown|sudo|pip|git|dig|apt|aws|journalctl) [ -~]+"
    r"|[\w./-]+\.[a-z]{2,5}|Can I email|[A-Z][A-Z0-9_]{2,}\S*"
)
ENGLISH: Final = re.compile(r"(?:\b[A-Za-z][a-z']*\b +){2,}[A-Za-z][a-z']*\b")


def test_a_korean_sentence_holds_no_english_one() -> None:
    korean = [(code, one) for code in CODES for one in wordings(SENTENCES["ko"][code])]

    assert [one for one in korean if ENGLISH.search(TYPED.sub(" ", one[1]))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_as_it_was_read(
    language: str, same_as_golden: Callable[[str, str], None]
) -> None:
    """All sentences by their codes, with the names of their fields where values will stand."""
    lines = [
        f"{code}: {' | '.join(map(shown, wordings(SENTENCES[language][code])))}\n" for code in CODES
    ]
    same_as_golden(f"said.{language}.txt", "".join(lines))


def shown(sentence: str) -> str:
    """Return a sentence on one line, its fields by their names."""
    parts = Formatter().parse(sentence)
    text = "".join(before + (f"‹{name}›" if name else "") for before, name, _form, _way in parts)
    return text.replace("\n", " ⏎ ")


def own_words() -> Iterator[tuple[str, str, set[str] | None]]:
    """Yield place, English and fields of each ``_("…", …)``, and each label of ``tell("…", …)``."""
    for path in sorted((PACKAGE / "cli").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if name not in {"_", "tell"} or path.name in {"wording.py", "help.py"}:
                continue
            assert isinstance(node, ast.Call)
            place = f"{path.relative_to(PACKAGE)}:{node.lineno}"
            text = node.args[0]
            if name == "_" and isinstance(text, ast.Name | ast.Subscript | ast.Attribute):
                continue  # of a table, whose words are marked where they stand
            assert isinstance(text, ast.Constant), f"{place}: what is said is written out"
            if name == "tell":
                if text.value:
                    yield place, str(text.value), None
                continue
            names = [keyword.arg for keyword in node.keywords]
            yield place, str(text.value), None if None in names else {one for one in names if one}


def helps() -> list[str]:
    """Return every text of every command's help."""
    found = [*COMMANDS.values()]
    waiting: list[click.Command] = [cli, *(load(name) for name in COMMANDS)]
    while waiting:
        command = waiting.pop()
        if isinstance(command, LazyGroup):
            waiting += command.load_all().values()
        elif isinstance(command, click.Group):
            waiting += command.commands.values()
        texts = [command.help, command.epilog, getattr(command, "subcommand_metavar", None)]
        texts += [command.options_metavar]
        for parameter in command.params:
            texts += [getattr(parameter, name, None) for name in ("help", "metavar")]
        found += [inspect.cleandoc(text) for text in texts if text]
    return list(dict.fromkeys(found))


def load(name: str) -> click.Command:
    """Return a command as it stands in its module, in English."""
    own = name.replace("-", "_")
    command = getattr(import_module(f"newsletter.cli.{own}"), own)
    assert isinstance(command, click.Command)
    return command


def phrases() -> Iterator[tuple[str, str, set[str] | None]]:
    """Yield place, code and fields of each ``phrase("…", …)``; None: fields given by ``**``."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "phrase"):
                continue
            place = f"{path.relative_to(PACKAGE)}:{node.lineno}"
            [code] = node.args
            assert isinstance(code, ast.Constant), f"{place}: a code is written out"
            names = [keyword.arg for keyword in node.keywords]
            yield (
                place,
                str(code.value),
                None if None in names else {name for name in names if name},
            )
