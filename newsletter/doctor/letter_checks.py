"""The checks of the newest issue: what a spam filter says of it, and are its pictures there."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from typing import Final

from newsletter.doctor.finding import Finding, in_order, perhaps, unseen, wrong
from newsletter.doctor.patient import Patient
from newsletter.doctor.picture_visit import PictureFault, visit_pictures
from newsletter.doctor.spam_filter import PROGRAM, SpamScore, find_program, score_letter
from newsletter.phrases import Phrase, phrase

MATTERS: Final = 0.1  # a smaller part of a score is a note of the program to itself
# What to change, by the beginning of a rule's name; the first that fits.
ADVICE: Final[Mapping[str, Phrase]] = {
    r"HTML_IMAGE_(ONLY|RATIO)": phrase("doctor.spam-more-text"),
    r"EMPTY_MESSAGE|MIME_HTML_ONLY|MPART_ALT_DIFF|MIME_HTML_MOSTLY": phrase(
        "doctor.spam-text-part"
    ),
    r"HTML_FONT|HTML_.*CONTRAST|HTML_TINY|HTML_SMALL": phrase("doctor.spam-fonts"),
    r"SUBJ": phrase("doctor.spam-subject"),
    r"FROM_|REPLYTO|FREEMAIL|HEADER_FROM": phrase("doctor.spam-sender"),
    r"URI|URL|HTML_SHORT_LINK|HTTP|T_URI|SHORT|TVD_PH|PHISH|NORMAL_HTTP": phrase(
        "doctor.spam-links"
    ),
    r"CHARSET|BODY_8BITS|MIME_BASE64|UNICODE|MIXED_|GAPPY": phrase("doctor.spam-letters"),
}
ANY: Final = phrase("doctor.spam-look-up")


def look_at_spam_score(patient: Patient) -> Iterator[Finding]:
    """Let SpamAssassin judge each edition of the newest issue."""
    program, composed = find_program(), patient.newest
    if composed is None:
        return
    if program is None:
        yield in_order(PROGRAM, phrase("doctor.no-spam-filter"))
        return
    for kind, letter in patient.letters.items():
        place = f"issues/{composed.issue.id} ({kind.value})"
        try:
            found = score_letter(program, letter.mime)
        except (OSError, subprocess.TimeoutExpired) as error:
            reason = phrase("doctor.spam-filter-fails", reason=type(error).__name__)
            yield unseen(place, reason)
            return
        if found is None:
            yield unseen(place, phrase("doctor.spam-filter-silent"))
            return
        yield judge_score(place, found)


def judge_score(place: str, found: SpamScore) -> Finding:
    """Judge a score: what most filters call spam by default is wrong, half of it perhaps."""
    gravest = sorted(found.rules.items(), key=lambda one: -one[1])
    hits = [(name, part) for name, part in gravest if part >= MATTERS]
    fields: dict[str, object] = {"score": found.score, "required": found.required}
    if not hits:
        return in_order(place, phrase("doctor.spam-clean", **fields))
    fields["rules"] = [f"{name} {part:g}" for name, part in hits]
    words = phrase("doctor.spam-score", **fields)
    remedy = phrase("doctor.spam-change", advice=advise([name for name, _part in hits]))
    if found.score >= found.required:
        return wrong(place, words, remedy)
    if found.score >= found.required / 2:
        return perhaps(place, words, remedy)
    return in_order(place, words)


def advise(rules: list[str]) -> list[Phrase]:
    """Return what to change for *rules*, each advice once."""
    found = [
        next((advice for begins, advice in ADVICE.items() if re.match(begins, rule)), ANY)
        for rule in rules
    ]
    return list(dict.fromkeys(found))


def look_at_pictures(patient: Patient) -> Iterator[Finding]:
    """Look whether the pictures of the newest issue are at the public address, with their type."""
    base, composed = patient.settings.public_url, patient.newest
    if composed is None or base is None:
        return
    publication = composed.publication
    paths = [one.path for one in composed.composition.pictures]
    is_off = publication.rules.get("hosted-pictures") == "off"
    if publication.images != "hosted" or is_off or not paths:
        return
    seen = visit_pictures(base, paths, patient.settings.certificates)
    good = [path for path, fault in seen.items() if fault is None]
    for path, fault in seen.items():
        if fault is not None:
            yield _judge_picture(f"{base}/{path}", fault, composed.issue.id)
    if good:
        yield in_order(base, phrase("doctor.pictures", count=len(good)))


def _judge_picture(url: str, fault: PictureFault, issue: str) -> Finding:
    if not fault.is_certain:
        return unseen(url, fault.said, phrase("doctor.look-from-outside"))
    upload = phrase("doctor.upload-pictures", issue=issue)
    return wrong(url, fault.said, phrase("doctor.serve-type") if fault.is_there else upload)
