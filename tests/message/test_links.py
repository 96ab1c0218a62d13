"""Tokens: X1 of the delivery rules."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import Signer

from newsletter.message.keys import LinkKeys
from newsletter.message.links import Purpose, ReaderLinks
from newsletter.subscribers.reader_id import LAST_NUMBER, OldNumber, ReaderId, ReaderName
from newsletter.subscribers.subscriber import SubscriberId
from tests.subscribers.makers import make_reader_id

LINKS = ReaderLinks(LinkKeys(b"k" * 32), "e-news.example.org", "https://news.example.org")


READERS = st.builds(make_reader_id, st.integers(0, 2**80 - 1))
OLD_NUMBERS = st.builds(OldNumber, st.integers(0, LAST_NUMBER))


@given(READERS | OLD_NUMBERS)
def test_x1_a_token_is_read_back_for_its_own_purpose_only(reader: ReaderName) -> None:
    token = LINKS.token(Purpose.UNSUBSCRIBE, reader)

    assert LINKS.read_token(Purpose.UNSUBSCRIBE, token) == reader
    assert LINKS.read_token(Purpose.PREFERENCES, token) is None
    assert LINKS.read_token(Purpose.TEST, token) is None


@given(READERS | OLD_NUMBERS, st.data())
def test_x1_a_token_with_one_character_changed_is_worth_nothing(
    reader: ReaderName, data: st.DataObject
) -> None:
    token = LINKS.token(Purpose.UNSUBSCRIBE, reader)
    # The last character holds four bits of the signature; base64 ignores its other two.
    at = data.draw(st.integers(min_value=0, max_value=len(token) - 2))
    other = data.draw(st.sampled_from("abcXYZ019-_").filter(lambda char: char != token[at]))

    changed = token[:at] + other + token[at + 1 :]

    assert LINKS.read_token(Purpose.UNSUBSCRIBE, changed) is None


def test_x1_another_list_or_key_makes_other_tokens() -> None:
    token = LINKS.token(Purpose.UNSUBSCRIBE, OldNumber(7))

    for other in (
        ReaderLinks(LinkKeys(b"x" * 32), "e-news.example.org", "https://news.example.org"),
        ReaderLinks(LinkKeys(b"k" * 32), "other.example.org", "https://news.example.org"),
    ):
        assert other.read_token(Purpose.UNSUBSCRIBE, token) is None


def test_x1_a_token_is_url_safe_and_carries_128_bits_or_more_of_signature() -> None:
    token = LINKS.token(Purpose.UNSUBSCRIBE, OldNumber(7))

    signature = token.rpartition(".")[2]
    assert token.replace("-", "").replace("_", "").replace(".", "").isalnum()
    assert len(signature) * 6 >= 128


def test_the_message_id_is_a_function_of_issue_and_subscriber() -> None:
    def make(issue: str, subscriber: int) -> str:
        return LINKS.message_id(issue, SubscriberId(subscriber), "example.org")

    assert make("2022-08", 1) == make("2022-08", 1)
    assert len({make("2022-08", 1), make("2022-08", 2), make("2022-07", 1)}) == 3
    assert make("2022-08", 1).startswith("2022-08.")


@given(st.sampled_from(Purpose), READERS | OLD_NUMBERS)
def test_tokens_are_those_of_itsdangerous_so_that_links_in_old_letters_work(
    purpose: Purpose, reader: ReaderName
) -> None:
    signer = Signer(
        b"k" * 32,
        salt=f"newsletter e-news.example.org {purpose}",
        sep=".",
        key_derivation="hmac",
        digest_method=hashlib.sha256,
    )

    assert LINKS.token(purpose, reader) == signer.sign(str(reader)).decode()


def test_tokens_and_message_ids_are_what_they_were_in_the_first_letters() -> None:
    """Written down once: letters that were sent carry them, and cannot be called back."""
    assert (
        LINKS.token(Purpose.UNSUBSCRIBE, OldNumber(7))
        == "7.vtIjPyhR0bEtgEh5WUpb6qhBZVeuo9Q6aqfxuRD9Y68"
    )
    assert (
        LINKS.token(Purpose.PREFERENCES, OldNumber(7))
        == "7.YpJ-INXY5mLDGHDDuZus1bjSLMyfWjrQwT5ZpT-VTbw"
    )
    assert (
        LINKS.message_id("2022-08", SubscriberId(7), "example.org")
        == "2022-08.9dbf0511d2bbfd82f121980806b6b890@example.org"
    )


@given(READERS | st.builds(SubscriberId, st.integers(0, 2**53)))
def test_a_message_id_is_an_hmac_of_issue_and_reader(reader: ReaderId | SubscriberId) -> None:
    expected = hmac.digest(b"k" * 32, f"message-id 2022-08 {reader}".encode(), "sha256").hex()

    assert LINKS.message_id("2022-08", reader, "x.org") == f"2022-08.{expected[:32]}@x.org"


@pytest.mark.parametrize(
    "named", ["", "-1", "+7", "07", "7 ", "\u0667", "r", "raaaaaaaaaaaaaaa1", "Raaaaaaaaaaaaaaaa"]
)
def test_what_was_signed_but_names_nobody_is_worth_nothing(named: str) -> None:
    signer = Signer(
        b"k" * 32,
        salt="newsletter e-news.example.org unsubscribe",
        sep=".",
        key_derivation="hmac",
        digest_method=hashlib.sha256,
    )

    token = signer.sign(named).decode()
    assert LINKS.read_token(Purpose.UNSUBSCRIBE, token) is None


def test_a_token_holds_nothing_that_an_address_could_lose() -> None:
    """Mailboxes may be made of it, and mail servers lower their letters."""
    named = LINKS.token(Purpose.UNSUBSCRIBE, make_reader_id(7)).partition(".")[0]

    assert named == named.lower()
    assert named.isalnum()
