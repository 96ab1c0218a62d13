"""The sample issue to ten thousand readers: whose data stands in whose letter."""

import re
from binascii import a2b_base64, a2b_qp
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from newsletter.dispatch.ledger import Delivery, DeliveryId
from newsletter.dispatch.writing import LetterWriter
from newsletter.lang import EditionKind, Lang
from newsletter.message.envelope import Envelope
from newsletter.message.keys import LinkKeys
from newsletter.message.letter import Reader
from newsletter.message.links import Purpose, ReaderLinks
from newsletter.subscribers.subscriber import SubscriberId
from tests.message.makers import NOW, PUBLIC_URL, composed_sample, real_letters
from tests.subscribers.makers import make_reader_id

COUNT = 10_000
MARK = re.compile(r"q!(\d{5})!")  # what every reader's name and address holds, with its number
HANGUL = re.compile("[가-힣]")
NAMES = (
    *("김독자 {}", "{} Avery Reader", "Lee, {}", '"{}"', ".{}", "From {}", "={}=", "{}\\", "<{}>&"),
    *("NLSLOT-greeting-ko-END {}", "NLSLOT-unsubscribe-END{}", "{{name}} {}", "%s {}", "\\1 {}"),
    *(
        "=?utf-8?b?7ZWc?= {}",
        "=\u3000{}",
        "가" * 40 + "{}",
        "x" * 71 + ".{}",
        "",
        "😀{}👩‍⚕️",
        "{}  {}",
    ),
)
LINKS = ReaderLinks(LinkKeys(b"k" * 32), "e-news.example.org", PUBLIC_URL)
TOKEN = re.compile(rf"{re.escape(PUBLIC_URL)}/([up])/([A-Za-z0-9._-]+)")
ZONE = composed_sample().publication.zone


def deliveries() -> Iterator[Delivery]:
    kinds = list(EditionKind)
    for number in range(1, COUNT + 1):
        mark = f"q!{number:05}!"
        yield Delivery(
            id=DeliveryId(number),
            subscriber=SubscriberId(number * 7),
            address=f"{mark}@example.org",
            domain="example.org",
            name=NAMES[number // len(kinds) % len(NAMES)].replace("{}", mark),
            edition=kinds[number % len(kinds)],
            consented_at=datetime(2020, 1 + number % 12, 1, 20, tzinfo=UTC) if number % 5 else None,
            attempts=0,
            reader_id=make_reader_id(number * 7),
            message_name=make_reader_id(number * 7),
        )


def written() -> Iterator[tuple[Delivery, Envelope]]:
    letter_writer = LetterWriter(real_letters(), LINKS, ZONE)
    return ((delivery, letter_writer.write(delivery, NOW)) for delivery in deliveries())


def parts_of(mime: bytes) -> tuple[str, str, str]:
    """Return the header, the text and the HTML of a letter, all decoded."""
    head, _, body = mime.partition(b"\r\n\r\n")
    found = re.search(rb'boundary="([^"]+)"', head)
    assert found
    _, text, html, _ = body.split(b"--" + found[1])
    texts = [a2b_qp(part.partition(b"\r\n\r\n")[2]).decode() for part in (text, html)]
    words = re.sub(rb"\?=\r\n =\?utf-8\?b\?", b"?==?utf-8?b?", head)
    shown = re.sub(rb"=\?utf-8\?b\?([^?]*)\?=", lambda word: a2b_base64(word[1]), words).decode()
    plain, marked = (one.removesuffix("\r\n").replace("\r\n", "\n") for one in texts)
    return shown, plain, marked


def test_no_readers_data_stands_in_another_readers_letter() -> None:
    count = 0
    for delivery, envelope in written():
        own = f"{delivery.id:05}"
        everything = "\n".join(parts_of(envelope.mime))
        assert set(MARK.findall(everything)) == {own}
        for page, token in TOKEN.findall(everything):
            purpose = Purpose.UNSUBSCRIBE if page == "u" else Purpose.PREFERENCES
            assert LINKS.read_token(purpose, token) == delivery.reader_id
        count += 1

    assert count == COUNT


def test_m10_every_letter_is_known_to_need_no_dots_for_smtp_and_needs_none() -> None:
    """Known beforehand, or each letter would be searched once more on its way out."""
    for _, envelope in islice(written(), None, None, 7):
        assert envelope.is_dotless
        assert b"\r\n." not in b"\r\n" + envelope.mime


def test_m10_m11_every_part_is_the_edition_with_the_readers_own_words_in_its_slots() -> None:
    letters = real_letters()
    for delivery, envelope in islice(written(), None, None, 11):  # every name, every edition
        letter = letters[delivery.edition]
        consented_at = delivery.consented_at
        purposes = (Purpose.UNSUBSCRIBE, Purpose.PREFERENCES)
        tokens = [LINKS.token(purpose, delivery.reader_id) for purpose in purposes]
        reader = Reader(
            key=delivery.id,
            address=delivery.address,
            name=delivery.name,
            consented_on=consented_at.astimezone(ZONE).date() if consented_at else None,
            message_id=envelope.reference,
            unsubscribe_url=LINKS.unsubscribe_url(tokens[0]),
            preferences_url=LINKS.preferences_url(tokens[1]),
        )

        _, text, html = parts_of(envelope.mime)
        body = envelope.mime.partition(b"\r\n\r\n")[2]

        assert text == letter.text(reader)
        assert html == letter.html(reader)
        assert max(map(len, body.split(b"\r\n"))) <= 76


def test_m7_m10_every_letter_keeps_the_rules_of_the_wire_and_has_an_id_of_its_own() -> None:
    ids = set()
    for delivery, envelope in written():
        mime = envelope.mime
        ids.add(envelope.reference)
        assert f"Message-ID: <{envelope.reference}>\r\n".encode() in mime
        assert (envelope.key, envelope.recipient) == (delivery.id, delivery.address)
        assert mime.isascii()
        assert mime.endswith(b"\r\n")
        assert mime.count(b"\n") == mime.count(b"\r") == mime.count(b"\r\n")
        assert b"\n." not in mime
        assert max(map(len, mime.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 200

    assert len(ids) == COUNT


def test_d6_every_reader_gets_the_language_that_was_planned() -> None:
    """Names apart, a Korean letter is mostly Hangul, an English one hardly, both in between."""
    shares: dict[EditionKind, list[float]] = {kind: [] for kind in EditionKind}
    for delivery, envelope in written():
        if delivery.id % 20 == 0:
            text = parts_of(envelope.mime)[1].replace(delivery.name or "\0", "")
            shares[delivery.edition].append(len(HANGUL.findall(text)) / len(text))

    assert max(shares[EditionKind.EN]) < min(shares[EditionKind.BILINGUAL])
    assert max(shares[EditionKind.BILINGUAL]) < min(shares[EditionKind.KO])
    assert set(Lang) == {Lang.KO, Lang.EN}
