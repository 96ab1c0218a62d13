"""Slots: places in an edition that are filled for each reader in the last step."""

import re
from enum import StrEnum
from typing import Final

from newsletter.lang import Lang

MARK: Final = "NLSLOT"  # no person's text may contain it
TOKEN: Final = re.compile(MARK + r"-([a-z]+(?:-[a-z]+)*)-END")


class Slot(StrEnum):
    """The content of a slot; a slot with words exists once per language."""

    GREETING = "greeting"
    REASON = "reason"
    UNSUBSCRIBE = "unsubscribe"  # an https URL
    PREFERENCES = "preferences"  # an https URL


def slot_name(slot: Slot, lang: Lang | None = None) -> str:
    """Return the name of a slot, with the language of its words if it has words."""
    return slot.value if lang is None else f"{slot.value}-{lang.value}"


def slot_token(slot: Slot, lang: Lang | None = None) -> str:
    """
    Return the token that an edition contains until the slot is filled.

    The token is plain ASCII that no step of composing changes, neither in a URL nor in text.
    A letter whose own text contains such a token is refused.
    """
    return f"{MARK}-{slot_name(slot, lang)}-END"


def unknown_slots(text: str) -> list[str]:
    """Return the names of unknown slots in *text*."""
    known = {slot_name(slot) for slot in Slot}
    known |= {slot_name(slot, lang) for slot in Slot for lang in Lang}
    return [name for name in TOKEN.findall(text) if name not in known]


def split_at_slots(text: str) -> list[str]:
    """Split *text* at its slots: constant, slot name, constant, slot name, …, constant."""
    return TOKEN.split(text)
