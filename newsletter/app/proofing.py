"""Proofreads an issue: collects the input of the rules from files, git and the web."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from newsletter.errors import ContentError
from newsletter.supplies import look_at, read_client_support, read_words

if TYPE_CHECKING:
    from newsletter.app.site import Composed, Site
    from newsletter.proof.material import Sight
    from newsletter.proof.report import Report


def proof_issue(site: "Site", issue_id: str, *, online: bool = False) -> "Report":
    """
    Compose and proofread an issue; faults of its files are also returned as findings.

    Raises:
        UsageError: the issue does not exist.
    """
    from newsletter.proof.report import report_on_folder  # noqa: PLC0415 - help does without

    try:
        composed = site.compose(issue_id)
    except ContentError as error:
        if not error.problems:
            raise
        return report_on_folder(issue_id, error.problems)
    return proofread(site, composed, online=online)


def proofread(
    site: "Site",
    composed: "Composed",
    *,
    online: bool = False,
    for_readers: bool = False,
    asks_pictures: bool = False,
) -> "Report":
    """
    Proofread a composed issue.

    Args:
        site: the site of the issue.
        composed: the issue and its letters.
        online: check whether every link of the texts exists.
        for_readers: the letters will be sent to readers: some rules block only then.
        asks_pictures: check whether the pictures are on the web, in ten seconds at most.
    """
    from newsletter.compose.strings import label_with  # noqa: PLC0415
    from newsletter.issue.history import NoHistory, git_history  # noqa: PLC0415
    from newsletter.issue.starter import read_starter_words  # noqa: PLC0415
    from newsletter.proof import report  # noqa: PLC0415
    from newsletter.proof.material import Material  # noqa: PLC0415
    from newsletter.proof.rules import RULES  # noqa: PLC0415

    history = git_history(site.root, f"issues/{composed.issue.id}", site.clock())
    material = Material(
        composed.publication,
        composed.issue,
        composed.composition,
        label_with(composed.press.strings, composed.issue.label),
        composed.publication.terms,
        None if isinstance(history, NoHistory) else history,
        read_words(),
        read_client_support(),
        site.link_probe() if online else None,
        history.reason if isinstance(history, NoHistory) else "",
        look_at(site.root, composed.press),
        site.public_url,
        _look_for_pictures(site, composed) if asks_pictures else None,
        read_starter_words(),
    )
    settings = report.settings_of(RULES, composed.publication.rules)
    return report.proofread(material, RULES, settings, for_readers=for_readers)


def _look_for_pictures(site: "Site", composed: "Composed") -> "Mapping[str, Sight] | None":
    """Request the pictures as readers will do; None if there is nothing to request."""
    publication = composed.publication
    paths = [hosted.path for hosted in composed.composition.pictures]
    is_off = publication.rules.get("hosted-pictures") == "off"
    if publication.images != "hosted" or is_off or not paths:
        return None
    seen = site.link_probe().look([f"{site.public_url}/{path}" for path in paths])
    return {path: seen[f"{site.public_url}/{path}"] for path in paths}
