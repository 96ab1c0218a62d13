"""An office with everything in order in DNS; faults that are planted there, and odd zones."""

from base64 import b64encode
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from newsletter.app.site import Site
from newsletter.doctor.finding import Certainty
from newsletter.message.dkim_key import Algorithm, SigningKey, make_key, read_key
from tests.doctor.examining import make_site
from tests.doctor.name_server import Mood, Zone

WRONG, PERHAPS, UNSEEN = Certainty.WRONG, Certainty.PERHAPS, Certainty.UNSEEN
KEY: Final = "rsa._domainkey.example.org"
SPF: Final = "bounces.example.org"
DMARC: Final = "_dmarc.example.org"
ADDRESS: Final = "192.0.2.25"
PTR: Final = "25.2.0.192.in-addr.arpa"


@cache
def pem() -> bytes:
    return make_key(Algorithm.RSA)


@cache
def other_key() -> SigningKey:
    return read_key(make_key(Algorithm.RSA))


def record() -> str:
    return read_key(pem()).record


def healthy() -> Zone:
    """Return the zones of an office that has everything in order."""
    zone = Zone()
    zone.put("example.org", "SOA", "ns.example.org. a.example.org. 1 3600 600 86400 60")
    zone.put("example.org", "MX", "10 mx.example.org.")
    zone.put("mx.example.org", "A", "192.0.2.10")
    zone.put("mail.example.org", "A", ADDRESS)
    zone.put(SPF, "MX", "10 mx.example.org.")
    zone.text(SPF, "v=spf1 ip4:192.0.2.25 include:_spf.example.net ~all", "other=record")
    zone.text("_spf.example.net", "v=spf1 ip4:198.51.100.0/24 ~all")
    zone.text(KEY, record())
    zone.text(DMARC, "v=DMARC1; p=none; rua=mailto:dmarc@example.org")
    zone.put(PTR, "PTR", "mail.example.org.")
    return zone


class Planted(NamedTuple):
    """A fault, and the finding that it has to lead to."""

    name: str
    plant: Callable[[Zone], object]
    check: str
    certainty: Certainty
    code: str


def spf(*records: str) -> Callable[[Zone], object]:
    return lambda zone: zone.text(SPF, *records)


def key(*records: str) -> Callable[[Zone], object]:
    return lambda zone: zone.text(KEY, *records)


def dmarc(*records: str) -> Callable[[Zone], object]:
    return lambda zone: zone.text(DMARC, *records)


def many_lookups(zone: Zone) -> None:
    for number in range(11):
        zone.text(f"_s{number}.example.net", "v=spf1 ip4:198.51.100.9 ~all")
    includes = " ".join(f"include:_s{number}.example.net" for number in range(11))
    zone.text(SPF, f"v=spf1 {includes} ip4:{ADDRESS} ~all")


def nested_lookups(zone: Zone) -> None:
    for number in range(11):
        zone.text(f"_n{number}.example.net", f"v=spf1 include:_n{number + 1}.example.net ~all")
    zone.text("_n11.example.net", "v=spf1 ~all")
    zone.text(SPF, "v=spf1 include:_n0.example.net ~all")


def in_pieces(zone: Zone) -> None:
    whole = record()
    zone.text(KEY, whole[:200], whole[200:])


def wrongly_split(zone: Zone) -> None:
    whole = record()
    zone.text(KEY, f'{whole[:200]}" "{whole[200:]}')


def lost_character(zone: Zone) -> None:
    whole = record()
    zone.text(KEY, whole[:150] + whole[151:])


def dangling_alias(zone: Zone) -> None:
    zone.remove(KEY, "TXT").put(KEY, "CNAME", "gone.example.net.")


def many_hosts(zone: Zone) -> None:
    zone.put("example.net", "MX", *(f"10 m{number}.example.net." for number in range(11)))
    zone.text(SPF, "v=spf1 mx:example.net ~all")


PLANTED: Final = (
    Planted("no spf", lambda z: z.remove(SPF, "TXT"), "spf", WRONG, "doctor.spf-none"),
    Planted("two spf", spf("v=spf1 ~all", "v=spf1 -all"), "spf", WRONG, "doctor.spf-two"),
    Planted("11 look-ups", many_lookups, "spf", WRONG, "doctor.spf-lookups"),
    Planted("nested look-ups", nested_lookups, "spf", WRONG, "doctor.spf-lookups"),
    Planted(
        "void look-ups",
        spf("v=spf1 a:x.example.org a:y.example.org a:z.example.org ip4:192.0.2.25 ~all"),
        "spf",
        WRONG,
        "doctor.spf-voids",
    ),
    Planted("leading blank", spf(f" v=spf1 ip4:{ADDRESS} ~all"), "spf", WRONG, "doctor.spf-nearly"),
    Planted("quotes in it", spf(f'"v=spf1 ip4:{ADDRESS} ~all"'), "spf", WRONG, "doctor.spf-nearly"),
    Planted("version 2", spf(f"v=spf2 ip4:{ADDRESS} ~all"), "spf", WRONG, "doctor.spf-nearly"),
    Planted("unknown term", spf(f"v=spf1 ipv4:{ADDRESS} ~all"), "spf", WRONG, "doctor.spf-term"),
    Planted("no such ip", spf("v=spf1 ip4:192.0.2.256 ~all"), "spf", WRONG, "doctor.spf-term"),
    Planted("broken macro", spf("v=spf1 exists:%{x}.a.org ~all"), "spf", WRONG, "doctor.spf-term"),
    Planted(
        "relay left out", spf("v=spf1 ip4:192.0.2.26 -all"), "spf", WRONG, "doctor.spf-refuses"
    ),
    Planted(
        "macro of another",
        spf("v=spf1 exists:%{i}._ok.example.net -all"),
        "spf",
        WRONG,
        "doctor.spf-refuses",
    ),
    Planted("circle", spf(f"v=spf1 include:{SPF} ~all"), "spf", WRONG, "doctor.spf-circle"),
    Planted(
        "include of none",
        spf("v=spf1 include:none.example.net ~all"),
        "spf",
        WRONG,
        "doctor.spf-include-none",
    ),
    Planted("many hosts", many_hosts, "spf", WRONG, "doctor.spf-many-hosts"),
    Planted("all allowed", spf("v=spf1 +all"), "spf", PERHAPS, "doctor.spf-allows-all"),
    Planted("no end", spf(f"v=spf1 ip4:{ADDRESS}"), "spf", PERHAPS, "doctor.spf-no-end"),
    Planted("ptr", spf(f"v=spf1 ip4:{ADDRESS} ptr ~all"), "spf", PERHAPS, "doctor.spf-ptr"),
    Planted("behind all", spf(f"v=spf1 ~all ip4:{ADDRESS}"), "spf", WRONG, "doctor.spf-refuses"),
    Planted("no key", lambda z: z.remove(KEY, "TXT"), "dkim", WRONG, "doctor.dkim-none"),
    Planted("dangling alias", dangling_alias, "dkim", WRONG, "doctor.dkim-none"),
    Planted("another pair", key(other_key().record), "dkim", WRONG, "doctor.dkim-other"),
    Planted("in two records", in_pieces, "dkim", WRONG, "doctor.dkim-in-pieces"),
    Planted("split wrongly", wrongly_split, "dkim", WRONG, "doctor.dkim-split"),
    Planted("lost character", lost_character, "dkim", WRONG, "doctor.dkim-unreadable"),
    Planted("cut off", key(record()[:255]), "dkim", WRONG, "doctor.dkim-cut-off"),
    Planted("withdrawn", key("v=DKIM1; k=rsa; p="), "dkim", WRONG, "doctor.dkim-revoked"),
    Planted("no p", key("v=DKIM1; k=rsa"), "dkim", WRONG, "doctor.dkim-no-key"),
    Planted(
        "two keys",
        key(record(), other_key().record),
        "dkim",
        WRONG,
        "doctor.dkim-several",
    ),
    Planted(
        "other kind",
        key(record().replace("k=rsa", "k=ed25519")),
        "dkim",
        WRONG,
        "doctor.dkim-kind",
    ),
    Planted(
        "sha1 only",
        key(record().replace("k=rsa", "h=sha1; k=rsa")),
        "dkim",
        WRONG,
        "doctor.dkim-hash",
    ),
    Planted(
        "not for email",
        key(record().replace("k=rsa", "s=tlsrpt; k=rsa")),
        "dkim",
        WRONG,
        "doctor.dkim-not-for-email",
    ),
    Planted(
        "wrong version",
        key(record().replace("v=DKIM1", "v=DKIM2")),
        "dkim",
        WRONG,
        "doctor.dkim-version",
    ),
    Planted(
        "tested key",
        key(record().replace("k=rsa", "t=y; k=rsa")),
        "dkim",
        PERHAPS,
        "doctor.dkim-testing",
    ),
    Planted("no dmarc", lambda z: z.remove(DMARC, "TXT"), "dmarc", WRONG, "doctor.dmarc-none"),
    Planted(
        "two dmarc",
        dmarc("v=DMARC1; p=none", "v=DMARC1; p=reject"),
        "dmarc",
        WRONG,
        "doctor.dmarc-several",
    ),
    Planted("dmarc blank", dmarc(" v=DMARC1; p=none"), "dmarc", WRONG, "doctor.dmarc-nearly"),
    Planted("dmarc case", dmarc("v=dmarc1; p=none"), "dmarc", WRONG, "doctor.dmarc-nearly"),
    Planted("no such policy", dmarc("v=DMARC1; p=nothing"), "dmarc", WRONG, "doctor.dmarc-policy"),
    Planted("no policy", dmarc("v=DMARC1"), "dmarc", PERHAPS, "doctor.dmarc-no-policy"),
    Planted("pct", dmarc("v=DMARC1; p=none; pct=50"), "dmarc", PERHAPS, "doctor.dmarc-removed"),
    Planted(
        "tested policy", dmarc("v=DMARC1; p=none; t=y"), "dmarc", PERHAPS, "doctor.dmarc-testing"
    ),
    Planted(
        "reports refused",
        dmarc("v=DMARC1; p=none; rua=mailto:a@example.net"),
        "dmarc",
        PERHAPS,
        "doctor.dmarc-report-refused",
    ),
    Planted(
        "at the wrong name",
        lambda z: z.remove(DMARC, "TXT").text("example.org", "v=DMARC1; p=none"),
        "dmarc",
        PERHAPS,
        "doctor.dmarc-misplaced",
    ),
    Planted(
        "strict alignment",
        dmarc("v=DMARC1; p=none; aspf=s"),
        "alignment",
        PERHAPS,
        "doctor.spf-unaligned",
    ),
    Planted("no mx", lambda z: z.remove("example.org", "MX"), "mx", WRONG, "doctor.mx-none"),
    Planted("null mx", lambda z: z.put(SPF, "MX", "0 ."), "mx", WRONG, "doctor.mx-null"),
    Planted(
        "mx is an address",
        lambda z: z.put(SPF, "MX", "10 192.0.2.9."),
        "mx",
        WRONG,
        "doctor.mx-address",
    ),
    Planted(
        "mx leads nowhere",
        lambda z: z.put(SPF, "MX", "10 gone.example.org."),
        "mx",
        WRONG,
        "doctor.mx-nowhere",
    ),
    Planted(
        "mx inside",
        lambda z: z.put("mx.example.org", "A", "10.0.0.7"),
        "mx",
        PERHAPS,
        "doctor.mx-inside",
    ),
    Planted(
        "no bounce domain",
        lambda z: z.remove(SPF, "MX").remove(SPF, "TXT"),
        "soa",
        WRONG,
        "doctor.no-domain",
    ),
    Planted("no ptr", lambda z: z.remove(PTR, "PTR"), "ptr", WRONG, "doctor.ptr-none"),
    Planted(
        "ptr does not lead back",
        lambda z: z.put("mail.example.org", "A", "192.0.2.26"),
        "ptr",
        WRONG,
        "doctor.ptr-one-way",
    ),
    Planted(
        "broken mta-sts",
        lambda z: z.text("_mta-sts.example.org", "v=STSv1"),
        "tls-advice",
        PERHAPS,
        "doctor.tls-record-wrong",
    ),
)
UNANSWERED: Final = (
    ("spf", SPF, Mood.SERVFAIL),
    ("dkim", KEY, Mood.SERVFAIL),
    ("dkim", KEY, Mood.CUT_OFF),
    ("dmarc", DMARC, Mood.SERVFAIL),
    ("alignment", DMARC, Mood.SERVFAIL),
    ("ptr", PTR, Mood.SERVFAIL),
    ("mx", SPF, Mood.SERVFAIL),
    ("soa", SPF, Mood.SERVFAIL),
    ("spf", "_spf.example.net", Mood.SERVFAIL),
    ("tls-advice", "_mta-sts.example.org", Mood.SERVFAIL),
)


def prepare(folder: Path) -> dict[str, str]:
    """Write the DKIM key, and return the settings of the office."""
    (folder / "key.pem").write_bytes(pem())
    (folder / "key.pem").chmod(0o600)
    return {
        "mail_url": "smtp://127.0.0.1:25",
        "sending_addresses": ADDRESS,
        "dkim_domain": "example.org",
        "dkim_selector": "rsa",
        "dkim_key": "key.pem",
    }


def make_office(folder: Path, resolver: str, **settings: str) -> Site:
    site = make_site(folder, **{**prepare(folder), "resolver": resolver, **settings})
    path = folder / "issues/publication.yaml"
    text = path.read_text(encoding="utf-8")
    bounces = "  bounces: bounces@bounces.example.org\n  address: news@"
    path.write_text(text.replace("  address: news@", bounces), encoding="utf-8")
    return site


def by_alias(zone: Zone) -> None:
    zone.put("k.example.net", "TXT", *zone.records.pop((KEY, "TXT")))
    zone.put(KEY, "CNAME", "k.example.net.")


def folded_key(zone: Zone) -> None:
    pieces = (record()[at : at + 40] for at in range(0, len(record()), 40))
    zone.put(KEY, "TXT", " ".join(f'"{piece}"' for piece in pieces))


def by_macros(zone: Zone) -> None:
    zone.text(SPF, "v=spf1 exists:%{ir}.%{S}.%{v}._ok.example.net -all")
    name = "25.2.0.192.bounces%40bounces.example.org.in-addr._ok.example.net"
    zone.put(name, "A", "127.0.0.2")


def redirected(zone: Zone) -> None:
    zone.text(SPF, "v=spf1 redirect=_r.example.net")
    zone.text("_r.example.net", f"v=spf1 ip4:{ADDRESS} -all")


def agreed_reports(zone: Zone) -> None:
    zone.text(DMARC, "v=DMARC1; p=none; rua=mailto:d@example.net")
    zone.text("example.org._report._dmarc.example.net", "v=DMARC1")


ODD: Final[dict[str, Callable[[Zone], object]]] = {
    "alias": by_alias,
    "folded": folded_key,
    "blanks": key(record().replace("; ", " ;\t").replace("p=", "p= ")),
    "short": key(f"p={b64encode(read_key(pem()).public).decode()}"),
    "by tcp": lambda zone: zone.mood(KEY, Mood.BY_TCP),
    "upper case": spf(f"V=SPF1 IP4:{ADDRESS} ~ALL"),
    "macros": by_macros,
    "redirect": redirected,
    "mx": spf("v=spf1 mx/24 -all"),
    "modifiers": spf(f"v=spf1 ip4:{ADDRESS} -all exp=x.%{{d}} a.b=c"),
    "order": dmarc("v=DMARC1;rua=mailto:d@example.org ; p=reject;"),
    "reporter": agreed_reports,
    "public suffix": lambda zone: zone.text("_dmarc.org", "v=DMARC1; p=none; psd=y"),
}
