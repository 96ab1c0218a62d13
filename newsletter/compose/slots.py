"""Places in an edition that are filled for each reader, after everything else is done."""

import re
from enum import StrEnum
from typing import Final

from newsletter.lang import Lang

MARK: Final = "NLSLOT"  # no text of a person may hold it
TOKEN: Final = re.compile(MARK + r"-([a-z]+(?:-[a-z]+)*)-END")


class Slot(StrEnum):
    """What a slot holds; a slot with words exists once for each language."""

    GREETING = "greeting"
    REASON = "reason"
    UNSUBSCRIBE = "unsubscribe"  # an https URL
    PREFERENCES = "preferences"  # an https URL


def slot_name(slot: Slot, lang: Lang | None = None) -> str:
    """Name a slot, with the language of its words if it has words."""
    return slot.value if lang is None else f"{slot.value}-{lang.value}"


def slot_token(slot: Slot, lang: Lang | None = None) -> str:
    """
    Return the token that an edition contains until the slot is filled.

    The token is plain ASCII that no step of composing changes, neither in a URL nor in
    text; a letter that holds such a token by itself is refused.
    """
    return f"{MARK}-{slot_name(slot, lang)}-END"


def unknown_slots(text: str) -> list[str]:
    """Name the slots of *text* that nothing will ever fill."""
    known = {slot_name(slot) for slot in Slot}
    known |= {slot_name(slot, lang) for slot in Slot for lang in Lang}
    return [name for name in TOKEN.findall(text) if name not in known]


def split_at_slots(text: str) -> list[str]:
    """Cut *text* at its slots: constant, slot name, constant, slot name, …, constant."""
    return TOKEN.split(text)
