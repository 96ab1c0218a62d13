"""The settings of DKIM: which domain vouches for the letters, with which keys."""

import re
from dataclasses import dataclass
from typing import Final

from newsletter.errors import SettingsError

_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
DOMAIN: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
SELECTOR: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")  # RFC 6376, section 3.1
NAMES: Final = ("NEWSLETTER_DKIM_DOMAIN", "NEWSLETTER_DKIM_SELECTOR", "NEWSLETTER_DKIM_KEY")
KEYS_MAX: Final = 2  # one RSA, one Ed25519


@dataclass(frozen=True, slots=True)
class DkimSetting:
    """Who signs, and where the keys are."""

    domain: str  # d=, ASCII, lower case
    keys: tuple[tuple[str, str], ...]  # selector and PEM file, as written; one or two

    def refuse_other_sender(self, sender_address: str) -> None:
        """
        Refuse a sender that the signature would not speak for (DMARC, RFC 7489, section 3.1).

        Raises:
            SettingsError: the signing domain is neither the sender's nor a parent of it.
        """
        sender = sender_address.rpartition("@")[2].lower()
        if sender != self.domain and not sender.endswith(f".{self.domain}"):
            msg = (
                f"{NAMES[0]}: letters come from {sender_address}, and {self.domain} is neither "
                f"its domain nor above it; set it to {sender}, or change the sender in "
                "issues/publication.yaml"
            )
            raise SettingsError(msg)


def read_dkim_setting(domain: str, selector: str, key: str) -> DkimSetting | None:
    """
    Check the three settings together; None if none of them is set.

    Args:
        domain: the value of NEWSLETTER_DKIM_DOMAIN.
        selector: one selector, or two with a comma between them.
        key: as many PEM files, in the same order.

    Raises:
        SettingsError: everything that is wrong, one a line.
    """
    values = dict(zip(NAMES, (domain, selector, key), strict=True))
    missing = [name for name, value in values.items() if not value]
    if len(missing) == len(NAMES):
        return None
    if missing:
        msg = "\n".join(
            f"{name}: is empty while others of NEWSLETTER_DKIM_* are set; set all three, or none"
            for name in missing
        )
        raise SettingsError(msg)
    selectors, files = _listed(selector), _listed(key)
    faults = []
    if not DOMAIN.fullmatch(domain):
        faults.append(f"{NAMES[0]}: {domain!r} is no domain; write one like example.org")
    faults += [
        f"{NAMES[1]}: {one!r} is no selector; write letters, digits and hyphens, like rsa-202208"
        for one in selectors
        if not SELECTOR.fullmatch(one)
    ]
    if len(selectors) != len(files) or not 1 <= len(files) <= KEYS_MAX:
        faults.append(
            f"{NAMES[2]}: names {len(files)} files for {len(selectors)} selectors; write one of "
            "each, or two of each with a comma between them (an RSA and an Ed25519 key)"
        )
    elif len(set(selectors)) != len(selectors):
        faults.append(f"{NAMES[1]}: names {selectors[0]} twice; each key has a selector of its own")
    if faults:
        raise SettingsError("\n".join(faults))
    return DkimSetting(domain.lower(), tuple(zip(selectors, files, strict=True)))


def _listed(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]
