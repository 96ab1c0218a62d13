"""No link gives a password away, and no host passes for another one."""

from pathlib import Path

import pytest

from newsletter.app.proofing import proof_issue
from newsletter.app.site import Site
from newsletter.proof.letter.hosts import address_fault
from tests.makers import ARTICLE, ARTICLE_EN, CHECKOUT, PUBLICATION, write_site

CYRILLIC_A = "\u0430"


@pytest.mark.parametrize(
    "address",
    [
        "https://kim:secret@example.org/",
        "https://kim@example.org/page",
        "https://www.example.org@evil.example.net/",
        "https://:pw@example.org/",
        f"https://ex{CYRILLIC_A}mple.org/",
        "https://xn--exmple-4nf.org/",
        f"https://www.ex{CYRILLIC_A}mple.org:8080/x?y#z",
        "https://\u0430\u0440\u0440\u04cf\u0435.com/",  # Cyrillic throughout
        "https://xn--80ak6aa92e.com/",  # the same
        "https://g\u03bf\u03bfgle.com/",  # Greek omicron
        "https://\u0261oogle.com/",  # script g
        "https://한국\u0430.kr/",
        "https://xn--a.com/",
        "https://ex%D0%B0mple.org/",
        "http://[x",
        "https://[2001:db8::1",
        "https://www.example.org\uff20evil.example.net/",
        "https://pa\u0131pal.com/",  # dotless i
        "https://\u043e\u0440\u043e\u0441.com/",  # Cyrillic throughout, not below its own top
        "https://\u0440aypal.\u0440\u0444/",
        "https://\u0261oogle.org.tr/",
    ],
)
def test_a_deceiving_address_is_a_fault(address: str) -> None:
    assert address_fault(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://www.example.org/path?x=a@b#c@d",
        "https://한국.kr/",
        "https://xn--3e0b707e.kr/",
        "https://lg전자.example.org/",
        "https://경기도.한국/소식",
        "https://日本語テスト.jp/",
        "https://пример.рф/",
        "https://münchen.de/",
        "https://スーパー.jp/",
        "https://xn--cckwcxetd.jp/",
        "https://ラーメン屋.jp/",
        "https://佐々木.jp/",
        "https://www.すし〆.jp/",
        "https://kızılay.org.tr/",
        "https://орос.мон/",
        "https://xn--n1afed.xn--l1acc/",
        "https://сор.рф./",
        "https://ʻokina.example.org/",
        "https://a_b.example.org/",
        "https://192.0.2.7/",
        "https://[2001:db8::1]/x",
        "https://example.org./",
        "mailto:kim@example.org",
        "tel:+82310000000",
        "#ko-1",
        "NLSLOT-unsubscribe-END",
    ],
)
def test_an_honest_address_is_none(address: str) -> None:
    assert address_fault(address) is None


@pytest.mark.parametrize(
    "address", ["http://kim:secret@[x", "https://kim:secret\uff20example.org/", "http://[kim"]
)
def test_what_is_no_address_in_a_template_is_found_and_not_raised(
    tmp_path: Path, address: str
) -> None:
    name = "templates/email/parts/masthead.html.j2"
    source = (CHECKOUT / name).read_text(encoding="utf-8")
    own = source.replace("<h1>", f'<h1><a href="{address}">x</a><img src="{address}" alt="">')

    report = proof_issue(Site({}, write_site(tmp_path, {name: own})), "2022-08")

    found = {
        (one.rule, one.file) for one in report.findings if "is not an address" in str(one.message)
    }
    assert found == {("links", name), ("link-hosts", name)}
    assert not any("secret" in str(one.message) for one in report.findings)


def test_a_deceiving_link_blocks_where_it_is_written_and_its_password_is_not_shown(
    tmp_path: Path,
) -> None:
    body = ARTICLE_EN + "\nRead [the report](https://kim:secret@example.org/r).\n"
    publication = PUBLICATION.replace("www.example.org/ko", f"www.ex{CYRILLIC_A}mple.org/ko")
    files: dict[str, str | bytes | None] = {
        f"{ARTICLE}/en.md": body,
        "issues/publication.yaml": publication,
    }

    report = proof_issue(Site({}, write_site(tmp_path, files)), "2022-08")

    found = [one for one in report.findings if one.rule == "link-hosts"]
    assert {(one.file, one.line, one.severity.value) for one in found} == {
        (f"{ARTICLE}/en.md", 9, "blocks"),
        ("issues/publication.yaml", 3, "blocks"),
    }
    assert not any("secret" in str(one.message) for one in found)
