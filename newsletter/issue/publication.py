"""Reads issues/publication.yaml: the settings that all issues share."""

from newsletter.issue.fields import Fields
from newsletter.issue.folder import Folder
from newsletter.issue.glossary import read_glossary
from newsletter.issue.issue import (
    APPROVALS,
    CROSS_BORDER,
    IMAGES,
    RULE_SETTINGS,
    ByLang,
    Publication,
)
from newsletter.issue.notice import FOOTER, SPONSOR, read_notice
from newsletter.issue.pace import read_pace
from newsletter.lang import EditionKind, Preference
from newsletter.phrases import phrase

COLOUR = r"#[0-9A-Fa-f]{6}"
LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
HOST = rf"(?=.{{1,200}}$){LABEL}(\.{LABEL})+"
# Gmail distinguishes complaints by a Feedback-ID with four different fields.
TAKEN = ("newsletter", *(kind.value for kind in EditionKind))
SENDER_ID = rf"(?!(?i:{'|'.join(TAKEN)})$)[A-Za-z0-9]{{5,15}}"
NO_EMOJI = r"[^\u231a\u231b\u2600-\u27bf\u2b50\u2b55\ufe0f\U0001f000-\U0001faff]*"
PHONE = r"\+?[0-9][0-9 ()./-]{4,30}"


def read_publication(issues: Folder) -> Publication | None:
    """Read the publication; None (and recorded problems) if the YAML cannot be read."""
    fields = issues.fields("publication.yaml")
    if fields is None:
        return None
    sender = fields.inner("sender")
    contact = fields.inner("contact")
    preference = fields.choice("default_language", list(Preference), required=False)
    logo = fields.text("logo", required=False, prose=False)
    place = f"{issues.place}/publication.yaml"
    publication = Publication(
        name=fields.by_lang("name"),
        sender_name=sender.by_lang("name", NO_EMOJI, phrase("issue.no-emoji")) if sender else {},
        sender_address=sender.address("address") if sender else "",
        reply_to=(sender.address("reply_to", required=False) if sender else "") or None,
        bounces=sender.bounce_address("bounces") if sender else None,
        forward_to=_forward_to(fields),
        organisation=contact.by_lang("organisation") if contact else {},
        postal_address=contact.by_lang("address") if contact else {},
        phone=_phone(contact),
        email=contact.address("email") if contact else "",
        website=fields.url_by_lang("website"),
        author=fields.by_lang("author"),
        accent=fields.matching("accent", COLOUR, phrase("issue.write-colour")).lower(),
        list_id=fields.matching("list_id", HOST, phrase("issue.write-list-name")),
        sender_id=fields.matching(
            "sender_id", SENDER_ID, phrase("issue.write-sender-name", taken=TAKEN)
        ),
        zone=fields.zone("time_zone"),
        default_preference=Preference(preference) if preference else None,
        logo=issues.picture(logo, (place, fields.line_of("logo"))) if logo else None,
        images=fields.choice("images", IMAGES, required=False) or IMAGES[0],
        approval=fields.choice("approval", APPROVALS, required=False) or APPROVALS[0],
        rules=_rules(fields),
        pace=read_pace(fields),
        terms=read_glossary(issues),
        footer=read_notice(fields, FOOTER, place),
        sponsor=read_notice(fields, SPONSOR, place),
        cross_border=_cross_border(fields),
        written=fields.written(),
    )
    for inner in (sender, contact):
        if inner:
            inner.finish()
    fields.finish()
    return publication


def _rules(fields: Fields) -> dict[str, str]:
    inner = fields.inner("rules", required=False)
    return {name: inner.choice(name, RULE_SETTINGS) for name in inner.names()} if inner else {}


def _cross_border(fields: Fields) -> dict[str, ByLang]:
    inner = fields.inner("cross_border", required=False)
    if inner is None:
        return {}
    notices = {name: inner.by_lang(name) for name in CROSS_BORDER}
    inner.finish()
    return notices


def _forward_to(fields: Fields) -> str | None:
    inner = fields.inner("feedback", required=False)
    if inner is None:
        return None
    address = inner.address("forward_to", required=False)
    inner.finish()
    return address or None


def _phone(contact: Fields | None) -> str:
    if contact is None:
        return ""
    return contact.matching("phone", PHONE, phrase("issue.write-phone"))
