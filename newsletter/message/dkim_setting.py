"""The DKIM settings: the signing domain and its keys."""

import re
from dataclasses import dataclass
from typing import Final

from newsletter.errors import SettingsError
from newsletter.phrases import Phrase, phrase

_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
DOMAIN: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
SELECTOR: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")  # RFC 6376, section 3.1
NAMES: Final = ("NEWSLETTER_DKIM_DOMAIN", "NEWSLETTER_DKIM_SELECTOR", "NEWSLETTER_DKIM_KEY")
DOMAIN_NAME, SELECTOR_NAME, KEY_NAME = NAMES
KEYS_MAX: Final = 2  # one RSA, one Ed25519


@dataclass(frozen=True, slots=True)
class DkimSetting:
    """The signing domain, and the files of its keys."""

    domain: str  # d=, ASCII, lower case
    keys: tuple[tuple[str, str], ...]  # selector and PEM file, as written; one or two

    def refuse_other_sender(self, sender_address: str) -> None:
        """
        Refuse a sender that is not aligned with the signature (DMARC, RFC 7489, section 3.1).

        Raises:
            SettingsError: the signing domain is neither the sender's domain nor a parent of it.
        """
        sender = sender_address.rpartition("@")[2].lower()
        if sender != self.domain and not sender.endswith(f".{self.domain}"):
            fault = phrase(
                "message.dkim-other-domain",
                sender=sender_address,
                domain=self.domain,
                needed=sender,
            )
            raise SettingsError(_at(DOMAIN_NAME, fault))


def read_dkim_setting(domain: str, selector: str, key: str) -> DkimSetting | None:
    """
    Check the three settings together; None if none of them is set.

    Args:
        domain: the value of NEWSLETTER_DKIM_DOMAIN.
        selector: one selector, or two separated by a comma.
        key: the same number of PEM files, in the same order.

    Raises:
        SettingsError: all faults, one on each line.
    """
    values = dict(zip(NAMES, (domain, selector, key), strict=True))
    missing = [name for name, value in values.items() if not value]
    if len(missing) == len(NAMES):
        return None
    if missing:
        raise SettingsError(*(_at(name, phrase("message.dkim-incomplete")) for name in missing))
    selectors, files = _listed(selector), _listed(key)
    faults: list[Phrase] = []
    if not DOMAIN.fullmatch(domain):
        faults.append(_at(DOMAIN_NAME, phrase("message.dkim-domain", value=domain)))
    faults += [
        _at(SELECTOR_NAME, phrase("message.dkim-selector", value=one))
        for one in selectors
        if not SELECTOR.fullmatch(one)
    ]
    if len(selectors) != len(files) or not 1 <= len(files) <= KEYS_MAX:
        unequal = phrase("message.dkim-files-unequal", files=len(files), selectors=len(selectors))
        faults.append(_at(KEY_NAME, unequal))
    elif len(set(selectors)) != len(selectors):
        faults.append(_at(SELECTOR_NAME, phrase("message.dkim-same-selector", name=selectors[0])))
    if faults:
        raise SettingsError(*faults)
    return DkimSetting(domain.lower(), tuple(zip(selectors, files, strict=True)))


def _at(name: str, message: Phrase) -> Phrase:
    return phrase("common.at-place", place=name, message=message)


def _listed(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]
