"""Tokens: X1 of the delivery rules."""

import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import Signer

from newsletter.message.links import Purpose, ReaderLinks

LINKS = ReaderLinks(b"k" * 32, "e-news.example.org", "https://news.example.org")


@given(st.integers(min_value=0, max_value=2**53))
def test_x1_a_token_is_read_back_for_its_own_purpose_only(subscriber: int) -> None:
    token = LINKS.token(Purpose.UNSUBSCRIBE, subscriber)

    assert LINKS.read_token(Purpose.UNSUBSCRIBE, token) == subscriber
    assert LINKS.read_token(Purpose.PREFERENCES, token) is None
    assert LINKS.read_token(Purpose.TEST, token) is None


@given(st.integers(min_value=0, max_value=10**6), st.data())
def test_x1_a_token_with_one_character_changed_is_worth_nothing(
    subscriber: int, data: st.DataObject
) -> None:
    token = LINKS.token(Purpose.UNSUBSCRIBE, subscriber)
    # The last character holds four bits of the signature; base64 ignores its other two.
    at = data.draw(st.integers(min_value=0, max_value=len(token) - 2))
    other = data.draw(st.sampled_from("abcXYZ019-_").filter(lambda char: char != token[at]))

    changed = token[:at] + other + token[at + 1 :]

    assert LINKS.read_token(Purpose.UNSUBSCRIBE, changed) is None


def test_x1_another_list_or_key_makes_other_tokens() -> None:
    token = LINKS.token(Purpose.UNSUBSCRIBE, 7)

    for other in (
        ReaderLinks(b"x" * 32, "e-news.example.org", "https://news.example.org"),
        ReaderLinks(b"k" * 32, "other.example.org", "https://news.example.org"),
    ):
        assert other.read_token(Purpose.UNSUBSCRIBE, token) is None


def test_x1_a_token_is_url_safe_and_carries_128_bits_or_more_of_signature() -> None:
    token = LINKS.token(Purpose.UNSUBSCRIBE, 7)

    signature = token.rpartition(".")[2]
    assert token.replace("-", "").replace("_", "").replace(".", "").isalnum()
    assert len(signature) * 6 >= 128


def test_the_message_id_is_a_function_of_issue_and_subscriber() -> None:
    def make(issue: str, subscriber: int) -> str:
        return LINKS.message_id(issue, subscriber, "example.org")

    assert make("2022-08", 1) == make("2022-08", 1)
    assert len({make("2022-08", 1), make("2022-08", 2), make("2022-07", 1)}) == 3
    assert make("2022-08", 1).startswith("2022-08.")


@given(st.sampled_from(Purpose), st.integers(min_value=0, max_value=2**53))
def test_tokens_are_those_of_itsdangerous_so_that_links_in_old_letters_work(
    purpose: Purpose, subscriber: int
) -> None:
    signer = Signer(
        b"k" * 32,
        salt=f"newsletter e-news.example.org {purpose}",
        sep=".",
        key_derivation="hmac",
        digest_method=hashlib.sha256,
    )

    assert LINKS.token(purpose, subscriber) == signer.sign(str(subscriber)).decode()


def test_tokens_and_message_ids_are_what_they_were_in_the_first_letters() -> None:
    """Written down once: letters that were sent carry them, and cannot be called back."""
    assert LINKS.token(Purpose.UNSUBSCRIBE, 7) == "7.vtIjPyhR0bEtgEh5WUpb6qhBZVeuo9Q6aqfxuRD9Y68"
    assert LINKS.token(Purpose.PREFERENCES, 7) == "7.YpJ-INXY5mLDGHDDuZus1bjSLMyfWjrQwT5ZpT-VTbw"
    assert (
        LINKS.message_id("2022-08", 7, "example.org")
        == "2022-08.9dbf0511d2bbfd82f121980806b6b890@example.org"
    )


@given(st.integers(min_value=0, max_value=2**53))
def test_a_message_id_is_an_hmac_of_issue_and_subscriber(subscriber: int) -> None:
    expected = hmac.digest(b"k" * 32, f"message-id 2022-08 {subscriber}".encode(), "sha256").hex()

    assert LINKS.message_id("2022-08", subscriber, "x.org") == f"2022-08.{expected[:32]}@x.org"
