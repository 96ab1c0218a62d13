"""Data files of the program: templates, support of mail clients, the text of .env.example."""

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from newsletter.errors import ContentError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.compose.press import Press
    from newsletter.proof.clients.features import Support
    from newsletter.proof.material import Look
    from newsletter.proof.parity.lexicon import Lexicon

PACKAGE: Final = Path(__file__).parent


WEB: Final = "web/"  # below templates/: pages for readers, which are no part of any letter
LEGAL: Final = "legal/"  # below templates/: consents and notices


def read_templates(root: Path, read: dict[str, str] | None = None) -> dict[str, str]:
    """
    Read the templates of letters, by name; a file in ROOT/templates replaces the program's own.

    Args:
        root: the site root.
        read: collects the SHA-256 of each file in ROOT/templates, by its place.

    Raises:
        ContentError: a file is not UTF-8, or not a regular file.
    """
    from hashlib import sha256  # noqa: PLC0415 - help does without

    files: dict[str, str] = {}
    for folder in (*_own_templates(), root / "templates"):
        for name, data, text in _read_each(folder):
            if name.startswith(WEB):
                continue
            files[name] = text
            if read is not None and folder == root / "templates":
                read[f"templates/{name}"] = sha256(data).hexdigest()
    return files


def read_web_templates(root: Path) -> tuple[dict[str, str], dict[str, str]]:
    """
    Read the templates of pages for readers: the program's own, and those of the site.

    Returns:
        Two tables, each by the name below templates/web/. A file of the site replaces ours, but
        for the words, of which it may hold a part.

    Raises:
        ContentError: a file is not UTF-8, or not a regular file.
    """
    [ours] = _own_templates()
    own, site = (
        {
            name.removeprefix(WEB): text
            for name, _, text in _read_each(folder)
            if name.startswith(WEB)
        }
        for folder in (ours, root / "templates")
    )
    return own, site


def read_legal_files(root: Path) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """
    Read the legal texts: the program's own, and those of the site, by the name of their file.

    Raises:
        ContentError: a file is not a regular file.
    """
    from newsletter.files import explain_unread, read_regular_file  # noqa: PLC0415

    def read(folder: Path) -> "Iterator[tuple[str, bytes]]":
        for path in sorted((folder / LEGAL).glob("*.md")):
            try:
                yield path.name, read_regular_file(path)
            except OSError as error:
                problem = Problem(f"templates/{LEGAL}{path.name}", None, explain_unread(error))
                raise ContentError([problem]) from error

    [ours] = _own_templates()
    return dict(read(ours)), dict(read(root / "templates"))


def _read_each(folder: Path) -> "Iterator[tuple[str, bytes, str]]":
    """Yield name, content and text of each template below *folder*."""
    from newsletter.files import explain_unread, read_regular_file, text_of  # noqa: PLC0415

    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".j2", ".css", ".yaml") or path.is_dir():
            continue
        if path.name.startswith("."):  # hidden files of editors and macOS
            continue
        name = path.relative_to(folder).as_posix()
        try:
            data = read_regular_file(path)
            yield name, data, text_of(data)
        except (UnicodeDecodeError, OSError) as error:
            problem = Problem(f"templates/{name}", None, explain_unread(error))
            raise ContentError([problem]) from error


def look_at(root: Path, press: "Press") -> "Look":
    """Return which templates are the site's own; in a checkout of this program, all are."""
    from newsletter.proof.material import Look  # noqa: PLC0415

    folder = root / "templates"
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    names = [path.relative_to(folder).as_posix() for path in files]
    visible = tuple(name for name in names if not name.startswith(".") and "/." not in name)
    shipped = {
        path.relative_to(ours).as_posix()
        for ours in _own_templates()
        for path in ours.rglob("*")
        if path.is_file()
    }
    own = frozenset(press.sources.keys() & set(visible))
    return Look(press, own, visible, frozenset(shipped))


def _own_templates() -> tuple[Path, ...]:
    """The folders of our templates: inside an installed package, or in a checkout."""
    installed = PACKAGE / "site" / "templates"
    return (installed,) if installed.is_dir() else (PACKAGE.parent / "templates",)


@cache
def read_words() -> "Lexicon":
    """Read the lexicon by which a proof knows what a sentence of the other language says."""
    from newsletter.proof.parity.lexicon import read_lexicon  # noqa: PLC0415 - a proof's alone

    folder = PACKAGE / "proof" / "parity" / "words"
    texts = {file.stem: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.txt"))}
    places = texts.pop("places")
    return read_lexicon(texts.values(), places)


@cache
def read_client_support() -> "Support":
    """Read the features of mail clients: Can I email's data, reduced to the features we use."""
    path = PACKAGE / "proof" / "clients" / "caniemail" / "support.json"
    features: Support = json.loads(path.read_text(encoding="utf-8"))["features"]
    return features


def read_env_example() -> str:
    """Return the text of .env.example, which explains every setting."""
    installed = PACKAGE / "site" / "env.example"
    path = installed if installed.is_file() else PACKAGE.parent / ".env.example"
    return path.read_text(encoding="utf-8")
