"""Ways to spoil a good letter, each with the check that has to notice."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from PIL import Image
from premailer import Premailer

from newsletter.lang import EditionKind, Lang
from tests.checks.markup import FOR_WORD
from tests.checks.specimens import Specimen

COLUMN: Final = r'(<\w+ (?:[^>]* )?class="(?:[^"]* )?column[ "][^>]*? style=")'


@dataclass(frozen=True, slots=True)
class Sabotage:
    """One way to spoil a letter."""

    check: str  # the name of the check that has to turn red
    name: str  # what is done, for people
    change: Callable[[Specimen], Specimen]
    kind: EditionKind = EditionKind.KO

    def __str__(self) -> str:
        return f"{self.check}: {self.name}"


def swap(pattern: str, by: str, *, count: int = 1) -> Callable[[Specimen], Specimen]:
    """Replace what matches *pattern* in the HTML, the first time only or with 0 always."""

    def change(letter: Specimen) -> Specimen:
        html, swapped = re.subn(pattern, by, letter.html, count=count, flags=re.DOTALL)
        assert swapped, f"the letter has nothing like {pattern}"
        return replace(letter, html=html)

    return change


def swap_text(pattern: str, by: str) -> Callable[[Specimen], Specimen]:
    """Replace every match of *pattern* in the text part."""

    def change(letter: Specimen) -> Specimen:
        text, swapped = re.subn(pattern, by, letter.text, count=0, flags=re.DOTALL)
        assert swapped, f"the text part has nothing like {pattern}"
        return replace(letter, text=text)

    return change


def add_style(css: str) -> Callable[[Specimen], Specimen]:
    """Add a kept style block."""
    return swap("</head>", f"<style>{css}</style></head>")


def style_all(tag: str, css: str) -> Callable[[Specimen], Specimen]:
    """Add *css* to the end of every style attribute of *tag*, so that it wins."""
    return swap(rf'(<{tag}\b[^>]* style="[^"]*)"', rf'\1; {css}"', count=0)


def inline_with_defaults(letter: Specimen) -> Specimen:
    """Inline as premailer does when it is told nothing."""
    return replace(letter, html=str(Premailer(letter.page).transform()))


def drop_all_for_word(letter: Specimen) -> Specimen:
    """Leave Outlook for Windows with what all others get."""
    return replace(letter, html=FOR_WORD.sub("", letter.html))


def hide_way_out(lang: Lang) -> Callable[[Specimen], Specimen]:
    """Take the words for leaving the list out of one language of the HTML."""

    def change(letter: Specimen) -> Specimen:
        words = letter.unsubscribe_words[lang]
        assert words in letter.html
        return replace(letter, html=letter.html.replace(words, "—"))

    return change


def hide_way_out_in_text(letter: Specimen) -> Specimen:
    """Take the address for leaving the list out of the text part's last language."""
    before, address, after = letter.text.rpartition(letter.unsubscribe_url)
    assert address
    return replace(letter, text=before + after)


def weigh_down(letter: Specimen) -> Specimen:
    """Make every picture as heavy as a camera does."""
    return replace(letter, pictures={url: bytes(2_000_000) for url in letter.pictures})


def redraw(form: str, colour: str) -> Callable[[Specimen], Specimen]:
    """Put a drawing on no ground in the place of every picture."""

    def change(letter: Specimen) -> Specimen:
        picture, out = Image.new("RGBA", (64, 64)), io.BytesIO()
        picture.paste(colour, (8, 8, 56, 56))
        picture.save(out, form)
        return replace(letter, pictures=dict.fromkeys(letter.pictures, out.getvalue()))

    return change


SABOTAGES: Final = (
    Sabotage("check_cascade", "premailer's defaults", inline_with_defaults),
    Sabotage("check_cascade", "a declaration is lost", swap(r"font-weight:700", "")),
    Sabotage("check_cascade", "an element is wrapped", swap(r"(<h2.*?</h2>)", r"<div>\1</div>")),
    Sabotage("check_left_alone", "premailer's defaults", inline_with_defaults),
    Sabotage("check_left_alone", "a link is rewritten", swap(r'href="https://', 'href="HTTPS://')),
    Sabotage("check_left_alone", "an attribute is lost", swap(r' cellpadding="0"', "")),
    Sabotage("check_left_alone", "a conditional changes", swap(r"\[if mso\]>", "[if mso]> ")),
    Sabotage("check_left_alone", "!important is stripped", swap(r" ?!important", "", count=0)),
    Sabotage("check_left_alone", "a word is lost", swap(r">수신 거부<", "><")),
    Sabotage("check_fits", "a line never wraps", style_all("p", "white-space:nowrap")),
    Sabotage("check_fits", "wide pictures", swap(r'(<img[^>]*style=")[^"]*', r"\1width:700px")),
    Sabotage("check_fits", "text is cut", style_all("p", "max-height:9px; overflow:hidden")),
    Sabotage("check_fits", "text sticks out", style_all("h2", "width:90px; white-space:nowrap")),
    Sabotage("check_fits", "tiny text", swap(r"font-size:1[45]px", "font-size:11px", count=0)),
    Sabotage("check_fits", "no max-width", swap(r"max-width:600px", "max-width:none", count=0)),
    Sabotage("check_columns", "never stack", swap(COLUMN, r"\1max-width:45%!important; ", count=0)),
    Sabotage(
        "check_columns", "always stack", swap(COLUMN, r"\1display:block!important; ", count=0)
    ),
    Sabotage("check_words", "no keep-all", swap(r"word-break: ?keep-all;?", "", count=0)),
    Sabotage("check_words", "break-all", style_all("p", "word-break:break-all")),
    Sabotage("check_alt_texts", "pale alt text", style_all("img", "color:#fafafa")),
    Sabotage("check_alt_texts", "no alt text size", style_all("img", "font-size:0")),
    Sabotage("check_alt_texts", "a flat image", style_all("img", "height:8px")),
    Sabotage("check_axe", "low contrast", style_all("p", "color:#999999")),
    Sabotage("check_axe", "no alt", swap(r'(<img[^>]*?) alt="[^"]*"', r"\1")),
    Sabotage("check_axe", "no title", swap(r"<title>[^<]*", "<title>")),
    Sabotage("check_axe", "no language", swap(r'<html lang="ko"', "<html")),
    Sabotage(
        "check_axe",
        "dark colours are broken",
        add_style("@media (prefers-color-scheme: dark) { p { color: #333333 !important; } }"),
    ),
    Sabotage(
        "check_outlook_dark",
        "colours for Outlook.com are broken",
        add_style("[data-ogsc] p { color: #dddddd !important; }"),
    ),
    Sabotage("check_forced_dark", "a grey ground", style_all("td", "background-color:#bbbbbb")),
    Sabotage("check_word", "no tables for Outlook", drop_all_for_word),
    Sabotage(
        "check_word", "too wide for Word", swap(r'(<img[^>]*) width="\d+"', r'\1 width="900"')
    ),
    Sabotage(
        "check_word",
        "columns stand in rows of their own",
        swap(r"(<!--\[if mso\]></td>)(<td\b[^>]*><!\[endif\]-->)", r"\1</tr><tr>\2", count=0),
    ),
    Sabotage("check_sizes", "styles of 8,000 characters", add_style("p {color:#111111}" * 460)),
    Sabotage(
        "check_sizes",
        "a nested at-rule",
        add_style("@media (max-width:9px) { @media (hover) { p {color:#111111} } }"),
    ),
    Sabotage("check_sizes", "an at-rule in a rule", add_style("p { @media (hover) {margin:0} }")),
    Sabotage("check_sizes", "76,000 bytes", swap("</body>", "한" * 20_000 + "</body>")),
    Sabotage("check_sizes", "a C1 character", swap("</p>", "\x96</p>")),
    Sabotage("check_sizes", "a C1 reference", swap("</p>", "&#150;</p>")),
    Sabotage("check_sizes", "heavy pictures", weigh_down),
    Sabotage("check_clients", "flex", style_all("td", "display:flex")),
    Sabotage("check_clients", "inline-flex", style_all("td", "display:inline-flex")),
    Sabotage("check_clients", "background-image", style_all("td", "background-image:url(a.png)")),
    Sabotage("check_clients", "background shorthand", style_all("td", "background:url(a.png)")),
    Sabotage("check_clients", "webp", swap(r'(<img[^>]*src="[^"]*)\.png"', r'\1.webp"')),
    Sabotage("check_clients", "svg", swap(r'(<img[^>]*src="[^"]*)\.png"', r'\1.svg"')),
    Sabotage(
        "check_clients", "srcset", swap(r"<img ", '<img srcset="https://a.example/a.png 2x" ')
    ),
    Sabotage("check_clients", "overflow-wrap", style_all("p", "overflow-wrap:anywhere")),
    Sabotage("check_clients", "position", style_all("p", "position:relative")),
    Sabotage("check_clients", "a variable", style_all("p", "color:var(--ink)")),
    Sabotage("check_clients", "calc()", style_all("p", "width:calc(100% - 1px)")),
    Sabotage("check_clients", "rem", style_all("p", "font-size:1rem")),
    Sabotage("check_clients", "a colour function", style_all("p", "color:light-dark(red,blue)")),
    Sabotage("check_clients", "an unheard-of property", style_all("p", "text-box:trim-both")),
    Sabotage("check_clients", "<section>", swap("<h2", "<section></section><h2")),
    Sabotage("check_clients", "@supports", add_style("@supports (x:y) { p {margin:0} }")),
    Sabotage("check_clients", ":first-child", add_style("p:first-child {margin:0}")),
    Sabotage("check_clients", "a child selector", add_style("td > p {margin:0}")),
    Sabotage(
        "check_parses",
        "a ghost cell is removed",
        swap(r"(\[if mso\]><table[^>]*><tr>)<td[^>]*>", r"\1"),
    ),
    Sabotage("check_parses", "an unclosed link", swap(r"</a>", "")),
    Sabotage("check_parses", "an unclosed <div>", swap(r"</div>\s*</body>", "</body>")),
    Sabotage("check_parses", "a doubled attribute", swap(r"<img ", '<img alt="" ')),
    Sabotage(
        "check_conditionals", "one is left open", swap(r"<!\[endif\]-->(?!.*<!\[endif\])", "")
    ),
    Sabotage("check_conditionals", "one never opens", swap(r"<!--\[if mso\]>", "")),
    Sabotage(
        "check_conditionals", "closed as for others", swap(r"<!\[endif\]-->", "<!--<![endif]-->")
    ),
    Sabotage("check_skeleton", "doctype in small letters", swap("<!DOCTYPE", "<!doctype")),
    Sabotage("check_skeleton", "the wrapper's role is dropped", swap(r' role="article"', "")),
    Sabotage("check_skeleton", "a meta is dropped", swap(r'<meta name="color-scheme"[^>]*>', "")),
    Sabotage(
        "check_skeleton", "PixelsPerInch is dropped", swap(r"PixelsPerInch>96", "PixelsPerInch>72")
    ),
    Sabotage("check_skeleton", "a sectioning tag", swap("<h2", "<main></main><h2")),
    Sabotage(
        "check_tables", "a role is dropped", swap(r'<table([^>]*) role="presentation"', r"<table\1")
    ),
    Sabotage(
        "check_tables",
        "a ghost's role is dropped",
        swap(r'(mso\]><table[^>]*?) role="presentation"', r"\1"),
    ),
    Sabotage("check_tables", "heads without scope", swap(r'<th scope="\w+"', "<th", count=0)),
    Sabotage("check_headings", "a level is skipped", swap(r"<h2(.*?)</h2>", r"<h4\1</h4>")),
    Sabotage("check_headings", "no headings", swap(r"<(/?)h[1-6]\b", r"<\1p", count=0)),
    Sabotage("check_images", "no alt", swap(r'(<img[^>]*?) alt="[^"]*"', r"\1")),
    Sabotage("check_images", "an empty alt", swap(r'(<img[^>]*?) alt="[^"]*"', r'\1 alt=""')),
    Sabotage("check_images", "no width", swap(r'(<img[^>]*?) width="\d+"', r"\1")),
    Sabotage("check_images", "no height", swap(r'(<img[^>]*?) height="\d+"', r"\1")),
    Sabotage(
        "check_languages", "Korean marked as English", swap(r' lang="ko"', ' lang="en"', count=0)
    ),
    Sabotage(
        "check_languages",
        "a mark is lost",
        swap(r'(<(?:td|div)[^>]*) lang="ko"', r"\1"),
        EditionKind.EN,
    ),
    Sabotage("check_pictures", "webp by another name", redraw("WEBP", "#ffffff")),
    Sabotage("check_pictures", "dark on no ground", redraw("PNG", "#111111")),
    Sabotage("check_links", "a relative link", swap(r'href="https://[^"]*"', 'href="ko/"')),
    Sabotage(
        "check_links", "a relative picture", swap(r'(<img[^>]*src=")https://[^"]*', r"\1a.png")
    ),
    Sabotage("check_links", "a protocol-relative link", swap(r'href="https:', 'href="')),
    Sabotage("check_links", "a place that is not", swap(r'href="[^"]*"', 'href="#nowhere"')),
    Sabotage("check_links", "a link called “here”", swap(r"(<a [^>]*>).*?</a>", r"\1여기</a>")),
    Sabotage(
        "check_links", "two links of one name", swap(r"(<a [^>]*>).*?</a>", r"\1링크</a>", count=0)
    ),
    Sabotage("check_text_links", "a link is missing", swap_text(r"https://\S*/p/\S*", "")),
    Sabotage("check_unsubscribe", "no Korean way out", hide_way_out(Lang.KO)),
    Sabotage("check_unsubscribe", "no English way out", hide_way_out(Lang.EN)),
    Sabotage("check_unsubscribe", "no way out in the text", hide_way_out_in_text),
    Sabotage(
        "check_unsubscribe",
        "it leads elsewhere",
        swap(r'href="[^"]*/u/sample"', 'href="https://a.example/"'),
    ),
    Sabotage("check_switch", "to the wrong edition", swap(r'/en/" hreflang', '/ko/" hreflang')),
    Sabotage("check_switch", "hreflang is lost", swap(r' hreflang="en"', "")),
    Sabotage("check_switch", "hreflang is wrong", swap(r' hreflang="en"', ' hreflang="ko"')),
)
