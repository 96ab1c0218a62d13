"""checkdmarc, which others wrote, agrees on which records of SPF and DMARC are not valid."""

from typing import Any, Final

import dns.resolver
import pytest

from tests.doctor.name_server import NameServer, Zone, serving
from tests.doctor.planted_in_dns import ODD, PLANTED, SPF, WRONG, Planted, healthy

pytest.importorskip("checkdmarc", reason="installed with what the tests need")

from checkdmarc import utils
from checkdmarc.dmarc import check_dmarc
from checkdmarc.spf import check_spf

RECORDS: Final = ("spf", "dmarc")
# A valid record that does not allow an address of ours: checkdmarc knows of no addresses.
OF_OURS: Final = {"relay left out", "macro of another", "behind all"}
# Words in an ABNF are in any case (RFC 5234, section 2.3), so V=SPF1 is a version for receivers.
STRICTER: Final = {"upper case"}


def opinion(zone: Zone, server: NameServer) -> dict[str, bool]:
    """Return whether checkdmarc takes the records of SPF and DMARC for valid."""
    for name in ("DNS_CACHE", "TLS_CACHE", "STARTTLS_CACHE"):
        cache: Any = getattr(utils, name, None)
        if cache is not None:
            cache.clear()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], server.port
    spf: Any = check_spf(SPF, resolver=resolver, timeout=2, retries=0)
    dmarc: Any = check_dmarc("example.org", resolver=resolver, timeout=2, retries=0)
    return {"spf": spf["valid"], "dmarc": dmarc["valid"]}


@pytest.mark.parametrize(
    "planted",
    [one for one in PLANTED if one.check in RECORDS and one.certainty is WRONG],
    ids=lambda one: one.name,
)
def test_what_is_wrong_is_not_valid_for_others(planted: Planted) -> None:
    zone = healthy()
    planted.plant(zone)
    with serving(zone) as server:
        valid = opinion(zone, server)

    assert valid[planted.check] is (planted.name in OF_OURS)


@pytest.mark.parametrize("name", ["", *ODD])
def test_what_is_in_order_is_valid_for_others(name: str) -> None:
    zone = healthy()
    if name:
        ODD[name](zone)
    with serving(zone) as server:
        assert opinion(zone, server) == {"spf": name not in STRICTER, "dmarc": True}
