"""A small edition and its reader, for tests of what goes on the wire."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import category
from zoneinfo import ZoneInfo

from newsletter.app.site import Composed, Site
from newsletter.compose.edition import Edition
from newsletter.compose.slots import Slot, slot_token
from newsletter.compose.strings import Strings, read_strings
from newsletter.issue.issue import Publication
from newsletter.lang import EditionKind, Lang
from newsletter.message.facts import facts_of
from newsletter.message.letter import CompiledLetter, Reader
from newsletter.supplies import read_templates

if TYPE_CHECKING:
    from newsletter.message.dkim import DkimSigner

CHECKOUT = Path(__file__).resolve().parent.parent.parent
NOW = datetime(2022, 8, 26, 9, 0, tzinfo=UTC)
MAILTO = f"mailto:bounces+{'a2' * 25}@news.example.org?subject=unsubscribe"
PUBLIC_URL = "https://news.example.org"
# Every character that ends a line or steers a terminal, as Unicode names them (M14).
BREAKS = [char for char in map(chr, range(0x3000)) if category(char) in {"Cc", "Zl", "Zp"}]


def make_publication() -> Publication:
    return Publication(
        name={Lang.KO: "메디컬 경기 e-뉴스", Lang.EN: "Medical Gyeonggi e-News"},
        sender_name={Lang.KO: "메디컬 경기 e-뉴스", Lang.EN: "Medical Gyeonggi e-News"},
        sender_address="news@example.org",
        reply_to="desk@example.org",
        organisation={Lang.KO: "경기도", Lang.EN: "Gyeonggi-do"},
        postal_address={Lang.KO: "경기도 수원시", Lang.EN: "Suwon, Gyeonggi-do"},
        phone="+82 31 000 0000",
        email="desk@example.org",
        website={Lang.KO: "https://www.example.org/ko/", Lang.EN: "https://www.example.org/en/"},
        author={Lang.KO: "관리자", Lang.EN: "Administrator"},
        accent="#0a5c7a",
        list_id="e-news.example.org",
        sender_id="mgenews",
        zone=ZoneInfo("Asia/Seoul"),
        default_preference=None,
        logo=None,
        images="hosted",
        approval="none",
        rules={},
    )


def make_strings() -> Mapping[Lang, Strings]:
    files = read_templates(Path("/nowhere"))
    return read_strings({lang: files[f"strings.{lang}.yaml"] for lang in Lang})


def make_edition(kind: EditionKind = EditionKind.KO, subject: str = "8월 소식") -> Edition:
    greetings = [slot_token(Slot.GREETING, lang) for lang in kind.langs]
    reasons = [slot_token(Slot.REASON, lang) for lang in Lang]
    link = slot_token(Slot.UNSUBSCRIBE)
    html = (
        "<!DOCTYPE html>\n<html><body>"
        + "".join(f"<p>{greeting}</p>\n.한국어 본문\n" for greeting in greetings)
        + "".join(f"<p>{reason}</p>" for reason in reasons)
        + f'<a href="{link}">수신 거부</a></body></html>\n'
    )
    text = "\n".join([*greetings, ".본문 = body", "From here", *reasons, link, ""])
    return Edition("2022-08", kind, subject, "미리 보기", html, text)


def make_letter(
    kind: EditionKind = EditionKind.KO, subject: str = "8월 소식", *, is_test: bool = False
) -> CompiledLetter:
    return CompiledLetter(
        make_edition(kind, subject),
        facts_of(make_publication()),
        make_strings(),
        PUBLIC_URL,
        is_test=is_test,
    )


def make_reader(
    name: str = "김독자",
    address: str = "reader@example.org",
    token: str = "t0ken",
    consented_on: date | None = None,
    mailto: str = "",
) -> Reader:
    return Reader(
        key=1,
        address=address,
        name=name,
        consented_on=consented_on,
        message_id="2022-08.abc@example.org",
        unsubscribe_url=f"{PUBLIC_URL}/u/{token}",
        preferences_url=f"{PUBLIC_URL}/p/{token}",
        unsubscribe_mailto=mailto,
    )


@cache
def composed_sample() -> Composed:
    """Compose the sample issue of the checkout; once for a whole test run."""
    return Site({"NEWSLETTER_PUBLIC_URL": PUBLIC_URL}, CHECKOUT).compose("2022-08")


def real_letters(signer: "DkimSigner | None" = None) -> Mapping[EditionKind, CompiledLetter]:
    """Compile every edition of the sample issue."""
    composed = composed_sample()
    return {
        kind: CompiledLetter(
            edition,
            facts_of(composed.publication),
            composed.press.strings,
            PUBLIC_URL,
            signer=signer,
        )
        for kind, edition in composed.composition.editions.items()
    }
