"""Forms for readers: what was sent, and every fault of it at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from newsletter.errors import ContentError
from newsletter.lang import Preference
from newsletter.message.agreement import Agreement
from newsletter.subscribers.address import Address, address_of, name_of

TEXT_CHANGED: Final = "error_text_changed"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault in a form: where it is, and the word that explains it."""

    field: str
    key: str  # of templates/web/strings.*.yaml


class FormError(Exception):
    """A form has faults, all at once; nothing was stored."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(*(fault.key for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Form:
    """A form, as it was sent."""

    address: str = ""
    name: str = ""
    preference: str = ""
    consent_required: bool = False
    consent_name: bool = False
    consent_age: bool = False
    consent_abroad: bool = False
    text: str | None = (
        None  # names the agreement that was read, see `Agreement.hash`; None: not said
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form asks for, once it has no faults."""

    address: Address
    name: str  # may be empty
    preference: Preference


@dataclass(frozen=True, slots=True)
class Wanted:
    """New settings of a reader, once the form has no faults."""

    name: str
    preference: Preference
    address: Address | None  # None: the current one stays


def check_subscription(form: Form, agreement: Agreement) -> Asked:
    """
    Return what a form to subscribe asks for.

    Args:
        form: as it was sent.
        agreement: that the form shows now.

    Raises:
        FormError: every fault; also, the agreement has changed since the form was shown.
    """
    faults: list[Fault] = []
    address = _try_address(form.address, faults)
    preference = _try_preference(form.preference, faults)
    name = _try_name(form.name, faults)
    if form.text not in (None, agreement.hash):
        raise FormError([Fault("consent_required", TEXT_CHANGED), *faults])
    if not form.consent_required:
        faults.append(Fault("consent_required", "error_consent_required"))
    if name and not form.consent_name:
        faults.append(Fault("consent_name", "error_consent_name"))
    if not form.consent_age:
        faults.append(Fault("consent_age", "error_consent_age"))
    if "consent_abroad" in agreement.boxes and not form.consent_abroad:
        faults.append(Fault("consent_abroad", "error_consent_abroad"))
    if faults or address is None or preference is None:
        raise FormError(faults)
    return Asked(address, name, preference)


def without_boxes(form: Form) -> Form:
    """Return a form with no box ticked: what it asks to agree to has changed."""
    return Form(address=form.address, name=form.name, preference=form.preference)


def check_settings(form: Form) -> Wanted:
    """Return what a form of a reader's own data asks for; raises FormError with every fault."""
    faults: list[Fault] = []
    name, preference = _try_name(form.name, faults), _try_preference(form.preference, faults)
    address = _try_address(form.address, faults) if form.address.strip() else None
    if faults or preference is None:
        raise FormError(faults)
    return Wanted(name, preference, address)


def check_address(text: str) -> Address:
    """Return the address of a form; raises FormError."""
    faults: list[Fault] = []
    address = _try_address(text, faults)
    if address is None:
        raise FormError(faults)
    return address


def check_preference(text: str) -> Preference:
    """Return the language of a form; raises FormError."""
    faults: list[Fault] = []
    preference = _try_preference(text, faults)
    if preference is None:
        raise FormError(faults)
    return preference


def _try_address(text: str, faults: list[Fault]) -> Address | None:
    if not text.strip():
        faults.append(Fault("address", "error_address_missing"))
        return None
    try:
        return address_of(text)
    except ContentError:
        faults.append(Fault("address", "error_address_wrong"))
        return None


def _try_name(text: str, faults: list[Fault]) -> str:
    try:
        return name_of(text)
    except ContentError:
        faults.append(Fault("name", "error_name"))
        return ""


def _try_preference(text: str, faults: list[Fault]) -> Preference | None:
    if text in list(Preference):
        return Preference(text)
    faults.append(Fault("preference", "error_preference"))
    return None
