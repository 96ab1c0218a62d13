"""Carries erasures and blocks over from an earlier ledger, when a database is begun anew."""

from pathlib import Path

from newsletter.app.site import Site
from newsletter.subscribers.erasing import CarriedOver


def carry_over(site: Site, file: Path) -> CarriedOver:
    """
    Take over who was erased, or never wants mail again, by an earlier SQLite ledger.

    Raises:
        ContentError: *file* is no ledger, or it is damaged.
    """
    site.records.read_backup(file)
    done = site.records.carry_over(file, site.clock())
    site.records.finish_erasures(site.clock(), has_files=False)
    return done
