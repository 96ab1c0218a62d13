import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.errors import ContentError
from newsletter.subscribers.address import (
    Address,
    _checked,
    _plain,
    address_of,
    name_of,
    remark_on_name,
)
from tests.saying import raises

_LABELS = st.one_of(
    st.text("abXY09-", min_size=1, max_size=6),
    st.sampled_from(
        ["test", "ONION", "arpa", "local", "xn--bj0bj06e", "ab--c", "a" * 63, "a" * 64]
    ),
)
_ATOMS = st.one_of(
    st.text("abXY09!#$%&'*+-/=?^_`{|}~.\" (", max_size=8), st.sampled_from(["info", "a" * 200])
)
NEARLY_ADDRESSES = st.one_of(
    st.builds(
        lambda local, labels: f"{local}@{'.'.join(labels)}",
        _ATOMS,
        st.lists(_LABELS, min_size=1, max_size=5),
    ),
    st.text("ab@.-_+09", max_size=20),
    st.emails(),
)


@given(NEARLY_ADDRESSES)
@example("a@" + ".".join(["b" * 61] * 4) + ".org")
@example("a" * 242 + "@example.org")
@example("a@example.org\n")
@example("a@example.o-g")
@example("Info@Example.ORG")
def test_the_short_way_accepts_nothing_that_the_full_check_would_not(text: str) -> None:
    short = _plain(text) if len(text) <= 254 else None

    if short is not None:
        assert short == _checked(text)


@given(st.emails())
def test_an_address_is_accepted_just_if_email_validator_accepts_it(text: str) -> None:
    try:
        validate_email(text, check_deliverability=False)
        expected = True
    except EmailNotValidError:
        expected = False

    try:
        address_of(text)
        actual = True
    except ContentError:
        actual = False

    assert actual == expected


@given(st.text("aB.İßΐ한글가é\u0301@", max_size=12).map(lambda local: f"{local}@example.org"))
@example("ΐ@example.org")
@example("각@example.org")
@example('"b@c"@example.org')
@example("b＠c@example.org")
def test_the_key_of_a_key_is_the_key_and_has_one_at(text: str) -> None:
    try:
        key = address_of(text).key
    except ContentError:
        return

    assert address_of(key).key == key
    assert key.count("@") == 1  # where a plan cuts the domain off


@pytest.mark.parametrize(
    "text", ["minji.kim@example.org", "o'neil+news@sub.example.co.kr", "1@2.ac"]
)
def test_most_addresses_take_the_short_way(text: str) -> None:
    assert _plain(text) is not None


def test_mail_goes_to_the_spelling_given_and_case_makes_no_second_reader() -> None:
    actual = address_of(" Minji.Kim@Example.ORG ")

    assert actual == Address("Minji.Kim@Example.ORG", "minji.kim@example.org")


@pytest.mark.parametrize(
    ("text", "spelling", "key"),
    [
        ("Kim@한국.kr", "Kim@한국.kr", "kim@xn--3e0b707e.kr"),
        ("kim@XN--3E0B707E.kr", "kim@XN--3E0B707E.kr", "kim@xn--3e0b707e.kr"),
        ("kim@한국．kr", "kim@한국.kr", "kim@xn--3e0b707e.kr"),
        ("김민지@example.org", "김민지@example.org", "김민지@example.org"),
        ("Zoé@example.org", "Zoé@example.org", "zoé@example.org"),
        ("Zoe\u0301@example.org", "Zoé@example.org", "zoé@example.org"),
    ],
)
def test_an_international_address_has_one_key(text: str, spelling: str, key: str) -> None:
    assert address_of(text) == Address(spelling, key)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no address"),
        ("   ", "no address"),
        ("minji", "must have an @-sign"),
        ("minji@", "something after the @-sign"),
        ("minji@localhost", "should have a period"),
        ("minji@example.test", "special-use or reserved"),
        ("Kim Minji <minji@example.org>", "display name"),
        ("a@example.org, b@example.org", "is not an address"),
        ("a" * 250 + "@example.org", "longer than 254"),
        ("a@example.org\r\nBcc: b@example.org", r"U\+000D"),
        ("a@example.org\x00", r"U\+0000"),
        ("a\u2028@example.org", r"U\+2028"),
        ("a\u200b@example.org", r"an invisible character \(U\+200B\); delete it"),
        ("한\u3164@example.org", r"an invisible character \(U\+3164\)"),
        ("a@exa\u202emple.org", r"an invisible character \(U\+202E\)"),
    ],
)
def test_what_is_no_address_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ContentError, match=reason):
        address_of(text)


@pytest.mark.parametrize(
    "text", ["Kim\nBcc: x", "Kim\r", "Kim\x00", "a\u2028b", "a\u2029b", "a\tb", "\udc80", "\x85"]
)
def test_a_name_with_a_control_character_is_refused(text: str) -> None:
    with raises(ContentError, "subscribers.name-control"):
        name_of(text)


@given(st.text(max_size=30))
def test_a_name_that_is_accepted_fits_one_line(text: str) -> None:
    try:
        name = name_of(text)
    except ContentError:
        return

    assert name.splitlines() in ([], [name])
    assert name_of(name) == name


def test_a_name_is_composed_and_stripped() -> None:
    assert name_of("\u3000김민지 ") == "김민지"


def test_a_name_too_long_is_refused() -> None:
    with raises(ContentError, "subscribers.name-too-long", most="200"):
        name_of("가" * 201)


def test_a_refusal_shows_what_was_written_without_its_effects() -> None:
    with pytest.raises(ContentError) as caught:
        name_of("\x1b[2J" + "가" * 100)

    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 160


@pytest.mark.parametrize(
    "text",
    [
        "\u3164",
        "\u200b",
        "\u115f\u1160",
        "\uffa0",
        "\u2800",
        "\u0301\u0301",
        "\u200d",
        "\ufe0f",
        "\U000e0041",
    ],
)
def test_a_name_that_cannot_be_seen_is_none_and_that_is_said(text: str) -> None:
    name = name_of(f" {text} ")

    assert name == ""
    assert f"U+{ord(text[0]):04X}" in str(remark_on_name(f" {text} ", name))
    assert str(remark_on_name(text, name)).endswith("so it counts as no name")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\ufeff하나", "하나"),
        ("김\u200b민지", "김민지"),
        ("Kim\u00ad Ji", "Kim Ji"),
        ("하나\u200e", "하나"),
    ],
)
def test_what_cannot_be_seen_is_taken_out_of_a_name_and_that_is_said(
    text: str, expected: str
) -> None:
    name = name_of(text)

    assert name == expected
    assert "invisible characters (U+" in str(remark_on_name(text, name))


@pytest.mark.parametrize("mark", ["\u202a", "\u202e", "\u2066", "\u2069"])
def test_a_name_that_turns_the_line_round_is_refused(mark: str) -> None:
    with pytest.raises(ContentError, match=f"changes the direction of the text .U.{ord(mark):04X}"):
        name_of(f"Kim {mark}dnim")


def test_a_heap_of_accents_is_no_name() -> None:
    with raises(ContentError, "subscribers.name-accents") as caught:
        name_of("e" + "\u0301" * 300)

    assert len(str(caught.value)) < 250


def test_a_name_that_lost_a_letter_before_it_came_here_is_refused() -> None:
    with raises(ContentError, "subscribers.name-lost-letter"):
        name_of("김\ufffd지")


@pytest.mark.parametrize(
    "name",
    [
        "👩\u200d👩\u200d👧",
        "❤\ufe0f 하나",
        "علی\u200cرضا",
        "नमस्ते",
        "Trần Thị",
        "김 (민지)",
        "山田",
        "-",
    ],
)
def test_names_of_every_writing_stay_as_they_are(name: str) -> None:
    assert name_of(name) == name
    assert remark_on_name(name, name) == ""


def test_a_name_that_is_only_composed_or_stripped_gets_no_remark() -> None:
    for text in (" 하나 ", "\u1100\u1161", "Jose\u0301"):
        assert remark_on_name(text, name_of(text)) == ""
