"""Composes an issue's folder into finished letters to look at, and proofreads them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.app.proofing import proofread
from newsletter.app.site import Composed, Site
from newsletter.desk.build_folder import write_build

if TYPE_CHECKING:
    from newsletter.proof.report import Report


@dataclass(frozen=True, slots=True)
class Built:
    """An issue that was composed and written to a folder."""

    composed: Composed
    report: "Report"  # of the proof
    folder: Path  # holds everything of this issue


def build(site: Site, issue: str, out: Path | None = None) -> Built:
    """
    Compose *issue*, proofread it, and write it to OUT/ISSUE.

    Args:
        site: where the issue is.
        issue: like 2022-08.
        out: the folder for all issues; ``build`` in the site's folder if None.

    Raises:
        UsageError: there is no such issue, or OUT/ISSUE holds something else than a build.
        ContentError: everything that is wrong with its files, together; nothing is written.
    """
    composed = site.compose(issue)
    letters = composed.letter.compile()
    with ThreadPoolExecutor(1) as beside:  # pictures are made outside the interpreter's lock
        folder = out or site.root / "build"
        built = beside.submit(write_build, folder, composed, letters, site.public_url)
        report = proofread(site, composed)
    return Built(composed, report, built.result())
