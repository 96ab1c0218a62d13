"""The settings of DKIM, and whom a signature may speak for."""

import pytest

from newsletter.errors import SettingsError
from newsletter.message.dkim_setting import DkimSetting, read_dkim_setting
from newsletter.phrases import phrase
from tests.saying import raises


def faults(domain: str, selector: str, key: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read_dkim_setting(domain, selector, key)
    return str(caught.value)


def test_nothing_set_means_no_signature() -> None:
    assert read_dkim_setting("", "", "") is None


def test_selectors_and_files_belong_together_in_their_order() -> None:
    assert read_dkim_setting("Example.ORG", "rsa-1, ed-1", "keys/a.pem ,b.pem") == DkimSetting(
        "example.org", (("rsa-1", "keys/a.pem"), ("ed-1", "b.pem"))
    )


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        (("example.org", "", ""), ["SELECTOR", "KEY"]),
        (("", "one", ""), ["DOMAIN", "KEY"]),
        (("", "one", "a.pem"), ["DOMAIN"]),
        (("example.org", "one", ""), ["KEY"]),
    ],
)
def test_all_three_are_set_or_none(values: tuple[str, str, str], missing: list[str]) -> None:
    found = faults(*values).splitlines()

    assert [line.partition(":")[0] for line in found] == [
        f"NEWSLETTER_DKIM_{name}" for name in missing
    ]
    assert all("set all three, or none" in line for line in found)


@pytest.mark.parametrize(
    ("values", "named", "words"),
    [
        (("org", "one", "a.pem"), "DOMAIN", "'org' is not a domain"),
        (("exa mple.org", "one", "a.pem"), "DOMAIN", "is not a domain"),
        (("example.org;x=1.org", "one", "a.pem"), "DOMAIN", "is not a domain"),
        (("예시.한국", "one", "a.pem"), "DOMAIN", "is not a domain"),
        (("example.org", "a;b", "a.pem"), "SELECTOR", "'a;b' is not a selector"),
        (("example.org", "one,two", "a.pem"), "KEY", "gives 1 files for 2 selectors"),
        (("example.org", "a,b,c", "a,b,c"), "KEY", "gives 3 files for 3 selectors"),
        (("example.org", ",", "a"), "KEY", "gives 1 files for 0 selectors"),
        (("example.org", "one,one", "a,b"), "SELECTOR", "names one twice"),
    ],
)
def test_a_fault_names_its_setting(values: tuple[str, str, str], named: str, words: str) -> None:
    assert f"NEWSLETTER_DKIM_{named}: " in faults(*values)
    assert words in faults(*values)


@pytest.mark.parametrize(
    "sender", ["news@example.org", "news@Example.ORG", "news@mail.example.org", "n@a.b.example.org"]
)
def test_m4_a_signature_speaks_for_its_domain_and_those_below(sender: str) -> None:
    DkimSetting("example.org", (("one", "a.pem"),)).refuse_other_sender(sender)


@pytest.mark.parametrize("sender", ["news@example.com", "news@badexample.org", "news@org"])
def test_m4_a_signature_that_would_not_be_aligned_is_refused(sender: str) -> None:
    setting = DkimSetting("example.org", (("one", "a.pem"),))

    with raises(SettingsError, "message.dkim-other-domain"):
        setting.refuse_other_sender(sender)


def test_what_is_wrong_is_a_code_at_its_setting() -> None:
    with pytest.raises(SettingsError) as caught:
        read_dkim_setting("example", "one", "a.pem,b.pem")

    assert caught.value.said == (
        phrase(
            "common.at-place",
            place="NEWSLETTER_DKIM_DOMAIN",
            message=phrase("message.dkim-domain", value="example"),
        ),
        phrase(
            "common.at-place",
            place="NEWSLETTER_DKIM_KEY",
            message=phrase("message.dkim-files-unequal", files=2, selectors=1),
        ),
    )
