"""What a letter needs and its provider lacks; looked at before anybody is sent anything."""

from dataclasses import dataclass

from newsletter.delivery.provider import Provider
from newsletter.errors import SettingsError
from newsletter.lang import Lang
from newsletter.message.kept_letter import EMBEDDED, KeptLetter
from newsletter.phrases import Phrase, phrase


@dataclass(frozen=True, slots=True)
class Needs:
    """What the letters of an issue need of a provider."""

    bounces: str  # the address that bounces are to return to; "": the sender's
    has_pictures: bool  # encloses pictures
    sender_names: tuple[str, ...]  # the display names


def needs_of(letter: KeptLetter, bounces: str) -> Needs:
    """Return what *letter* needs; *bounces* is `sender.bounces`, or ""."""
    has_pictures = letter.images == EMBEDDED and bool(letter.pictures)
    names = {lang: letter.facts.sender_name[lang] for lang in Lang}
    return Needs(bounces, has_pictures, tuple(dict.fromkeys(names.values())))


def find_lacks(provider: Provider, needs: Needs) -> list[Phrase]:
    """Return what *provider* lacks of *needs*, each with its remedy."""
    can, name = provider.can, provider.name
    lacks: list[Phrase] = []
    if needs.bounces and not (can.own_sender or can.may_lack_sender):
        lacks.append(phrase("dispatch.lacks-sender", provider=name))
    if needs.has_pictures and not can.inline_pictures:
        lacks.append(phrase("dispatch.lacks-pictures", provider=name))
    lacks += [
        phrase("dispatch.lacks-name", provider=name, name=sender, marks=can.refused_name_marks)
        for sender in needs.sender_names
        if not set(can.refused_name_marks).isdisjoint(sender)
    ]
    return lacks


def refuse_uncarried(provider: Provider, letter: KeptLetter, bounces: str) -> None:
    """
    Refuse a provider that cannot carry *letter*.

    Raises:
        SettingsError: everything that it lacks, one on each line.
    """
    if lacks := find_lacks(provider, needs_of(letter, bounces)):
        raise SettingsError(*lacks)
