"""A setting in .env is never passed over and never read two ways."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.env_file import EnvFile, find_meant, find_wrong_names, parse_env, read_env_file
from newsletter.phrases import catalogue, phrase
from newsletter.settings import DEFAULTS

MAIL_URL = "NEWSLETTER_MAIL_URL"
FOREIGN = [
    *("DATABASE_URL", "MAIL_URL", "AWS_SECRET_ACCESS_KEY", "PYTHONPATH", "PATH", "LANG", "_"),
    *("NEWSPAPER_X", "NEWSPAPER_MAIL_URL", "NEWS_MAIL_URL", "NEWSAPI_KEY", "LETTER_MAIL_URL"),
    *("MY_NEWSLETTER_MAIL_URL", "OLD_NEWSLETTER_DATABASE_URL", "NEWSROOM_PUBLIC_URL"),
    *("NEWSLETTER", "LETTERS_ROOT", "SMTP_CONNECTIONS", "DKIM_KEY", "SECRET_KEY", "소식지_ROOT"),
]
MISSPELT = [
    *("NEWSLETER_MAIL_URL", "NEWSLETTERS_MAIL_URL", "newsletter_mail_url", "NEWS_LETTER_MAIL_URL"),
    *("NEWSLETTER-MAIL_URL", "NEWSLETTERMAIL_URL", "NEWSLETTER.MAIL_URL", "NEWLETTER_MAIL_URL"),
    *("NESWLETTER_MAIL_URL", "NEWSLTTER_MAIL_URL", "Newsletter_Mail_Url", "ENEWSLETTER_MAIL_URL"),
    *(
        "_NEWSLETTER_MAIL_URL",
        "NЕWSLETTER_MAIL_URL",
        "ＮＥＷＳＬＥＴＴＥＲ_MAIL_URL",
        "NEWSLETTER:MAIL_URL",
    ),
    "N\u200bEWSLETTER_MAIL_URL",
]


def parse(text: str) -> EnvFile:
    return parse_env(text, tuple(DEFAULTS))


def told(text: str) -> list[str]:
    return [str(fault) for fault in parse(text).faults]


def test_a_fault_names_its_line_in_either_language() -> None:
    [fault] = parse(f"{MAIL_URL}=a\n{MAIL_URL}=b\n{MAIL_URL}=c").faults

    repeated = phrase("settings.env-repeated", count=2, name=MAIL_URL, times=3, lines=[1, 2])
    assert fault == phrase("common.at-line", place=".env", line=3, message=repeated)
    assert catalogue("ko").word(fault) == (
        f".env:3: {MAIL_URL} 설정이 3번 나옵니다(1, 2행에도 있습니다). 하나만 남기십시오."
    )


def test_a_setting_that_stands_twice_is_refused_with_both_lines() -> None:
    text = f"{MAIL_URL}=smtp://relay.example.org\n# ours\n\n{MAIL_URL}=outbox:outbox\n"

    assert told(text) == [f".env:4: {MAIL_URL} occurs twice (also on line 1); keep one"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "export {0}=outbox:a\n{0}=outbox:b",
            ".env:2: {0} occurs twice (also on line 1); keep one",
        ),
        ("{0}=outbox:a\n\n\n export {0}='outbox:b'", ".env:4: {0} occurs twice (also on line 1)"),
        ("{0}=outbox:a\n{0}=\n", ".env:2: {0} occurs twice (also on line 1); keep one"),
        ("{0}=\r\n{0}=outbox:a\r\n", ".env:2: {0} occurs twice (also on line 1); keep one"),
        ("{0}=a\n{0}=b\n{0}=c", ".env:3: {0} occurs 3 times (also on lines 1 and 2); keep one"),
        ("{0}=a\n{0}=b\n{0}=a", ".env:3: {0} occurs 3 times (also on lines 1 and 2); keep one"),
        ("{0}=a\n{0}=b\n{0}=a\n\n{0}=a", ".env:5: {0} occurs 4 times (also on lines 1, 2 and 3)"),
        ("\ufeff{0}=a\n{0}=b", ".env:2: {0} occurs twice (also on line 1); keep one"),
    ],
)
def test_whatever_its_form_a_second_value_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / ".env").write_text(text.format(MAIL_URL), encoding="utf-8")

    faults = read_env_file(tmp_path / ".env", DEFAULTS).faults

    assert len(faults) == 1
    assert str(faults[0]).startswith(fault.format(MAIL_URL))


@pytest.mark.parametrize(
    "text",
    [
        f"{MAIL_URL}=outbox:a\n{MAIL_URL}=outbox:a\n",
        f"{MAIL_URL}=outbox:a\nexport {MAIL_URL}='outbox:a'  # again\n",
        f"{MAIL_URL}=\n{MAIL_URL}=\n",
        "DATABASE_URL=a\nDATABASE_URL=b\n",
        f"#{MAIL_URL}=smtp://relay.example.org\n{MAIL_URL}=outbox:a\n",
    ],
)
def test_the_same_value_twice_another_program_s_name_and_a_comment_pass(text: str) -> None:
    assert parse(text).faults == []


def test_a_repeated_secret_is_not_repeated_in_the_fault() -> None:
    text = "NEWSLETTER_SECRET_KEY=hunter2\nNEWSLETTER_SECRET_KEY=hunter3\n"

    assert "hunter" not in "".join(told(text))


def test_faults_are_in_the_order_of_their_lines() -> None:
    text = f"{MAIL_URL}=a\nNEWSLETTER_X\n\nNEWSLETER_ROOT=/a\n\n\nA='\n{MAIL_URL}=b\n"

    assert [fault.split(" ")[0] for fault in told(text)] == [
        ".env:2:",
        ".env:4:",
        ".env:7:",
        ".env:8:",
    ]


def test_a_setting_swallowed_by_a_forgotten_quote_is_found() -> None:
    text = f'A="x\n\nexport {MAIL_URL}=smtp://relay.example.org\nB="\n'

    assert told(text) == [
        f".env:3: {MAIL_URL} is inside the quotes that begin on line 1; close them on that line"
    ]


@pytest.mark.parametrize("name", MISSPELT)
def test_a_misspelt_prefix_is_refused_with_its_line_and_the_name_that_is_meant(name: str) -> None:
    assert told(f"\n\n{name}=smtp://relay.example.org\n") == [
        f".env:3: {name}: there is no such setting; did you mean {MAIL_URL}?"
    ]
    assert find_meant(name, DEFAULTS, is_ours=False) == MAIL_URL


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("NEWSLETER_CONECTIONS", "NEWSLETTER_CONNECTIONS"),
        ("NEWSLETTERS_PUBLIC_LINK", "NEWSLETTER_PUBLIC_URL"),
        ("newsletter_secret_keys", "NEWSLETTER_SECRET_KEY"),
        ("NEWSLETER_MAIL_SERVER", MAIL_URL),
    ],
)
def test_a_misspelt_rest_behind_a_misspelt_prefix_is_found_in_env_alone(
    name: str, meant: str
) -> None:
    """The environment holds other programs' settings; .env lies in the site's own folder."""
    assert find_meant(name, DEFAULTS, is_ours=True) == meant
    assert find_wrong_names([name], DEFAULTS) == []


@pytest.mark.parametrize("name", FOREIGN)
def test_names_of_other_programs_pass(name: str) -> None:
    assert parse(f"{name}=x\n").faults == []
    assert find_wrong_names([name], DEFAULTS) == []


@given(st.sampled_from(sorted(DEFAULTS)), st.integers(0, 9), st.sampled_from("AXZ"), st.data())
def test_any_one_slip_in_the_prefix_is_found(
    known: str, place: int, letter: str, data: st.DataObject
) -> None:
    slips = [
        known[:place] + known[place + 1 :],
        known[:place] + letter + known[place:],
        known[:place] + letter + known[place + 1 :],
    ]
    slip = data.draw(st.sampled_from(slips))

    assert find_wrong_names([slip], DEFAULTS) == (
        [] if slip in DEFAULTS else [phrase("settings.unknown", name=slip, meant=known)]
    )


@given(st.from_regex(r"[A-Z][A-Z0-9_]{0,20}", fullmatch=True))
def test_no_name_that_is_far_from_ours_is_refused(name: str) -> None:
    """Names drawn at random are no slips of ours, whatever the rule."""
    if "NEW" not in name and "LETT" not in name:
        assert find_meant(name, DEFAULTS, is_ours=True) is None
