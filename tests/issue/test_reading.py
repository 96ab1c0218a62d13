import shutil
from pathlib import Path

import pytest

from newsletter.errors import ContentError, UsageError
from newsletter.issue.reading import (
    check_issue_id,
    is_month,
    issue_ids,
    read_site_issue,
    read_site_publication,
)
from newsletter.lang import EditionKind, Lang
from newsletter.message.head import STREAM
from newsletter.phrases import catalogue, phrase
from tests.makers import (
    ARTICLE,
    ARTICLE_EN,
    ARTICLE_KO,
    LETTER_EN,
    PUBLICATION,
    problems_of,
    site_files,
    write_site,
)
from tests.saying import raises

KO, EN = f"{ARTICLE}/ko.md", f"{ARTICLE}/en.md"
SENDER_NAME = "{ko: 메디컬 경기 e-뉴스, en: Medical Gyeonggi e-News}\n  address"


def test_a_site_without_problems_becomes_an_issue_in_both_languages(tmp_path: Path) -> None:
    write_site(tmp_path)

    publication, issue = read_site_issue(tmp_path, "2022-08")

    assert publication.name[Lang.KO] == "메디컬 경기 e-뉴스"
    assert (issue.year, issue.month, issue.date.day) == (2022, 8, 26)
    assert issue.letters[Lang.EN].subject == "Gyeonggi-do and Mongolia meet by video"
    assert [article.slug for article in issue.articles] == ["01-conference"]
    assert issue.articles[0].texts[Lang.KO].title == "화상회의로 보건의료 현안 논의"
    assert list(issue.pictures) == [f"{ARTICLE}/map.png"]


def test_every_problem_is_reported_together_with_exit_status_1(tmp_path: Path) -> None:
    changes = {
        "issues/publication.yaml": PUBLICATION.replace("#0a5c7a", "teal"),
        "issues/2022-08/issue.yaml": "date: tomorrow\nadvertising: perhaps\n",
        "issues/2022-08/en.md": None,
        KO: ARTICLE_KO.replace("map.png", "mop.png") + "\n<b>굵게</b>\n",
        EN: ARTICLE_EN.replace("title:", "titel:"),
    }
    write_site(tmp_path, changes)

    with pytest.raises(ContentError) as caught:
        read_site_issue(tmp_path, "2022-08")

    assert caught.value.exit_status == 1
    assert [str(problem) for problem in caught.value.problems] == [
        "issues/publication.yaml:12: 'accent' has the wrong form; "
        'write a colour in quotes: "#0a5c7a"',
        "issues/2022-08/issue.yaml:1: 'date' is not a date; write it like 2022-08-26",
        "issues/2022-08/issue.yaml:2: 'advertising' must be yes or no",
        "issues/2022-08/en.md: the file is missing; write it",
        f"{KO}:3: there is no image 'mop.png' here; did you mean 'map.png'?",
        f"{KO}:9: raw HTML <b> is not allowed; write **bold**",
        f"{EN}:2: the field 'title' is missing; add a line 'title: …'",
        f"{EN}:2: there is no field 'titel'; did you mean 'title'?",
    ]
    assert [problem.message for problem in caught.value.problems] == [
        phrase("issue.wrong-form", key="accent", remedy=phrase("issue.write-colour")),
        phrase("issue.no-day", key="date"),
        phrase("issue.yes-or-no", key="advertising"),
        phrase("issue.file-missing"),
        phrase("issue.image-misspelt", name="mop.png", near="map.png"),
        phrase("issue.raw-html", name="b", instead=phrase("issue.instead-bold")),
        phrase("issue.field-missing", key="title"),
        phrase("issue.misspelt-field", key="titel", near="title"),
    ]


def test_what_is_wrong_can_be_read_in_korean(tmp_path: Path) -> None:
    write_site(
        tmp_path,
        {
            "issues/publication.yaml": PUBLICATION.replace("#0a5c7a", "teal"),
            KO: ARTICLE_KO + "\n<b>굵게</b>\n",
            EN: ARTICLE_EN.replace("title:", "titel:"),
        },
    )

    with pytest.raises(ContentError) as caught:
        read_site_issue(tmp_path, "2022-08")

    assert [catalogue("ko").word(said) for said in caught.value.said] == [
        "issues/publication.yaml:12: 'accent' 항목의 형식이 맞지 않습니다. "
        '색을 따옴표로 묶어 쓰십시오: "#0a5c7a"',
        f"{KO}:9: HTML 태그 <b>은(는) 쓸 수 없습니다. **굵게** 형식으로 쓰십시오.",
        f"{EN}:2: 'title' 항목이 없습니다. 'title: …' 줄을 추가하십시오.",
        f"{EN}:2: 'titel' 항목은 쓸 수 없습니다. 'title' 항목을 쓰려던 것인지 확인하십시오.",
    ]


@pytest.mark.parametrize("name", ["issues/2022-08/ko.md", "issues/2022-08/en.md", KO, EN])
def test_a_missing_language_is_named(tmp_path: Path, name: str) -> None:
    write_site(tmp_path, {name: None})

    assert problems_of(tmp_path) == [f"{name}: the file is missing; write it"]


def test_a_field_that_does_not_exist_is_told_with_the_fields_that_do(tmp_path: Path) -> None:
    write_site(tmp_path, {"issues/2022-08/en.md": LETTER_EN.replace("---\n\n", "제목: x\n---\n\n")})

    assert problems_of(tmp_path) == [
        "issues/2022-08/en.md:4: there is no field '제목'; the fields here are: preheader, subject"
    ]


@pytest.mark.parametrize("value", ["", '""', '"  "'])
def test_an_empty_title_is_refused(tmp_path: Path, value: str) -> None:
    text = ARTICLE_EN.replace("Health issues discussed by video", value)
    write_site(tmp_path, {EN: text})

    assert problems_of(tmp_path) == [f"{EN}:2: 'title' is empty; write its text after the colon"]


def test_a_title_that_yaml_takes_for_something_else_is_told_to_stand_in_quotes(
    tmp_path: Path,
) -> None:
    text = ARTICLE_EN.replace("Health issues discussed by video", "yes")
    write_site(tmp_path, {EN: text})

    assert problems_of(tmp_path) == [
        f"{EN}:2: 'title': YAML does not read yes as text; put the value in quotes: title: \"...\""
    ]


def test_a_title_in_square_brackets_alone_is_told_to_stand_in_quotes(tmp_path: Path) -> None:
    text = ARTICLE_EN.replace("Health issues discussed by video", "[AUG. 2022]")
    write_site(tmp_path, {EN: text})

    assert problems_of(tmp_path) == [
        f"{EN}:2: 'title' is a list, not text; put the value in quotes: title: \"...\""
    ]


@pytest.mark.parametrize("title", ["[AUG. 2022] x", "a: b: c", "8월 소식: 회의: 둘째"])
def test_a_title_that_is_no_yaml_is_told_to_stand_in_quotes(tmp_path: Path, title: str) -> None:
    write_site(tmp_path, {EN: ARTICLE_EN.replace("Health issues discussed by video", title)})

    (problem,) = problems_of(tmp_path)

    assert problem.startswith(f"{EN}:2: 'title': this is not YAML (")
    assert problem.endswith(f'put the text in quotes: title: "{title}"')


def test_an_article_without_text_is_refused(tmp_path: Path) -> None:
    write_site(tmp_path, {EN: ARTICLE_EN.partition("\n\n")[0] + "\n"})

    assert problems_of(tmp_path) == [f"{EN}:6: the article has no text; write it below '---'"]


def test_an_issue_without_articles_is_refused(tmp_path: Path) -> None:
    write_site(tmp_path, {name: None for name in site_files() if name.startswith(ARTICLE)})

    assert problems_of(tmp_path) == [
        "issues/2022-08: there is no article; make a folder 01-name with ko.md and en.md"
    ]


def test_alt_text_is_wanted_in_each_language(tmp_path: Path) -> None:
    changes = {
        KO: ARTICLE_KO.replace("alt: 경기도와 울란바토르를 잇는 지도\n", ""),
        EN: ARTICLE_EN + "\nA word,\nand ![](map.png).\n",
    }
    write_site(tmp_path, changes)

    assert problems_of(tmp_path) == [
        f"{KO}:3: the image 'map.png' has no alt text; add a line 'alt: what it shows', "
        "for readers who cannot see pictures",
        f"{EN}:10: the image 'map.png' has no alt text; write ![what it shows](map.png)",
    ]


def test_fields_that_show_nothing_alone_are_named(tmp_path: Path) -> None:
    text = ARTICLE_EN.replace("image: map.png\n", "caption: A map\nlink_label: More\n")
    write_site(tmp_path, {EN: text})

    assert problems_of(tmp_path) == [
        f"{EN}:3: 'caption' is not shown without 'image'; add a line 'image: …'",
        f"{EN}:4: 'link_label' is not shown without 'link'; add a line 'link: …'",
        f"{EN}:5: 'alt' is not shown without 'image'; add a line 'image: …'",
    ]


def test_an_image_from_the_web_is_told_to_be_copied(tmp_path: Path) -> None:
    write_site(tmp_path, {EN: ARTICLE_EN + "![Map](https://example.org/map.png)\n"})

    assert problems_of(tmp_path) == [
        f"{EN}:8: the image 'https://example.org/map.png' is in another folder; "
        "copy it to this folder"
    ]


def test_articles_of_the_same_number_are_named(tmp_path: Path) -> None:
    other = "issues/2022-08/1-other"
    write_site(tmp_path, {f"{other}/ko.md": ARTICLE_KO, f"{other}/en.md": ARTICLE_EN})

    assert problems_of(tmp_path)[0] == (
        "issues/2022-08/1-other: has the same number as 01-conference; "
        "give each article its own number"
    )


@pytest.mark.parametrize("name", ["drafts", "01-회의", "02-Upper", "02_x", "-x"])
def test_a_folder_that_is_no_article_is_named(tmp_path: Path, name: str) -> None:
    write_site(tmp_path, {f"issues/2022-08/{name}/ko.md": ARTICLE_KO})

    assert problems_of(tmp_path) == [
        f"issues/2022-08/{name}: the name of an article's folder must be a number and lower-case "
        "English letters, like 01-conference; rename it"
    ]


def test_articles_stand_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    text = ARTICLE_EN.replace(
        "image: map.png\nalt: A map that joins Gyeonggi-do and Ulaanbaatar\n", ""
    )
    changes = {f"issues/2022-08/{n}-x/{lang}.md": text for n in (10, 9, 100) for lang in Lang}
    write_site(tmp_path, changes)

    _, issue = read_site_issue(tmp_path, "2022-08")

    assert [a.slug for a in issue.articles] == ["01-conference", "9-x", "10-x", "100-x"]


def test_a_misspelt_language_file_is_named(tmp_path: Path) -> None:
    write_site(tmp_path, {f"{ARTICLE}/kr.md": ARTICLE_KO})

    assert problems_of(tmp_path) == [
        f"{ARTICLE}/kr.md: the program does not read a file of this name; "
        "the names here are en.md, ko.md"
    ]


@pytest.mark.parametrize(
    "issue_id",
    ["2022-13", "2022-00", "abc", "../x", "２０２２-０８", "2022-8", "2022-08\n", "0000-01", ""],
)
def test_a_month_that_is_no_month_is_refused(tmp_path: Path, issue_id: str) -> None:
    write_site(tmp_path)

    with pytest.raises(UsageError) as caught:
        read_site_issue(tmp_path, issue_id)

    assert str(caught.value) == (
        f"{issue_id!r} is not a month; write the year and the month like 2022-08"
    )


def test_a_month_without_an_issue_is_told_with_those_that_are_there(tmp_path: Path) -> None:
    write_site(tmp_path)

    with pytest.raises(UsageError) as caught:
        read_site_issue(tmp_path, "2022-09")

    assert str(caught.value) == (
        "issues/2022-09: there is no such issue; the issues here are: 2022-08; "
        "'newsletter new 2022-09' starts it"
    )
    assert caught.value.phrase == phrase("issue.no-such-month", issue="2022-09", known=["2022-08"])


def test_a_site_without_issues_says_so_in_either_language(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_site_issue(tmp_path, "2022-08-fix")

    assert caught.value.phrase == phrase(
        "issue.no-such-special", issue="2022-08-fix", known=phrase("issue.none-yet")
    )
    assert "the issues here are: none yet; copy one of them" in str(caught.value)
    assert "이곳에 있는 호: 아직 없음. " in catalogue("ko").word(caught.value.phrase)


def test_only_folders_named_like_months_are_issues(tmp_path: Path) -> None:
    write_site(
        tmp_path, {"issues/2022-07": "a file", "issues/notes/x.md": "", "issues/2022-13/x": ""}
    )

    assert issue_ids(tmp_path) == ["2022-08"]
    assert issue_ids(tmp_path / "nowhere") == []
    assert check_issue_id("2022-08") == (2022, 8)


SPECIAL = "issues/2022-08-fix"
LABELLED = "date: 2022-08-26\nadvertising: no\nlabel: {ko: 정정, en: Correction}\n"


@pytest.mark.parametrize(
    "name", ["2022-08-a", "2022-08-0", "2022-08-a-b", "2022-08-a-", f"2022-08-{'x' * 20}"]
)
def test_a_month_with_a_word_behind_it_names_a_special_issue(name: str) -> None:
    assert check_issue_id(name) == (2022, 8)
    assert not is_month(name)
    assert is_month("2022-08")


@pytest.mark.parametrize(
    "name",
    [
        "2022-08-",
        "2022-08--a",
        "2022-08-A",
        "2022-08-정정",
        "2022-08-a_b",
        "2022-08-a/b",
        f"2022-08-{'x' * 21}",
        "2022-08-a ",
        "2022-08-a\n",
    ],
)
def test_whatever_else_stands_behind_a_month_is_refused_with_what_may(name: str) -> None:
    with raises(UsageError, "issue.no-issue-name"):
        check_issue_id(name)


@pytest.mark.parametrize("name", ["2022-13-a", "2022-08.a", "2022-08a", "a-2022-08"])
def test_what_does_not_begin_with_a_month_is_no_month(name: str) -> None:
    with raises(UsageError, "issue.no-month"):
        check_issue_id(name)


def test_a_folder_named_like_a_special_issue_is_one_only_with_its_label(tmp_path: Path) -> None:
    write_site(tmp_path, {f"{SPECIAL}/issue.yaml": LABELLED, "issues/2022-08-notes/x.md": ""})

    assert issue_ids(tmp_path) == ["2022-08", "2022-08-fix"]


@pytest.mark.parametrize(
    ("label", "problem"),
    [
        ("", "issues/2022-08-fix is a special issue, and needs a 'label'"),
        ("label: 정정\n", "'label' must contain these fields: ko, en"),
        ("label: {ko: 정정}\n", "the field 'en' is missing"),
        ("label: {ko: '[정정]', en: Correction}\n", "up to 40 characters without brackets"),
        ("label: {ko: '', en: Correction}\n", "'ko' is empty"),
    ],
)
def test_the_label_of_a_special_issue_is_a_line_in_each_language(
    tmp_path: Path, label: str, problem: str
) -> None:
    write_site(tmp_path)
    shutil.copytree(tmp_path / "issues/2022-08", tmp_path / SPECIAL)
    (tmp_path / SPECIAL / "issue.yaml").write_text(f"date: 2022-08-26\nadvertising: no\n{label}")

    [found] = problems_of(tmp_path, "2022-08-fix")

    assert found.startswith(f"{SPECIAL}/issue.yaml")
    assert problem in found


def test_a_months_issue_has_no_label_but_its_month(tmp_path: Path) -> None:
    write_site(tmp_path, {"issues/2022-08/issue.yaml": LABELLED})

    [found] = problems_of(tmp_path)

    assert "the label of a monthly issue is its month" in found


def test_a_date_far_from_the_month_of_the_issue_is_refused(tmp_path: Path) -> None:
    write_site(tmp_path, {"issues/2022-08/issue.yaml": "advertising: no\ndate: 2021-08-26\n"})

    assert problems_of(tmp_path) == [
        "issues/2022-08/issue.yaml:2: 2021-08-26 is more than a month away from this issue's "
        "month; write the date of publication"
    ]


@pytest.mark.parametrize("mark", ["(광고)", "( 광 고 )", "[광고]", "（광고）"])
def test_a_mark_of_advertising_written_by_hand_is_refused(tmp_path: Path, mark: str) -> None:
    text = LETTER_EN.replace("subject: Gyeonggi-do", f'subject: "{mark} x" #')
    write_site(tmp_path, {"issues/2022-08/en.md": text})

    assert problems_of(tmp_path) == [
        "issues/2022-08/en.md:2: the program adds (광고) before the subject; leave it out here, "
        "and write 'advertising: yes' in issue.yaml"
    ]


def test_nobody_may_leave_open_whether_an_issue_advertises(tmp_path: Path) -> None:
    write_site(tmp_path, {"issues/2022-08/issue.yaml": "date: 2022-08-26\n"})

    assert problems_of(tmp_path) == [
        "issues/2022-08/issue.yaml:1: the field 'advertising' is missing; "
        "add a line 'advertising: …'"
    ]


def test_the_publication_alone_reports_everything_wrong_in_it(tmp_path: Path) -> None:
    text = (
        PUBLICATION.replace("Asia/Seoul", "Seoul/Asia")
        .replace("news@example.org", "news at example.org")
        .replace("https://www.example.org/ko/", "javascript:alert(1)")
        .replace("sender_id: mgenews", "sender_id: mg")
        .replace("{ko: 관리자, en: Administrator}", "관리자")
        .replace('"+82 31 000 0000"', "[1]")
        + "default_language: kr\n"
    )
    write_site(tmp_path, {"issues/publication.yaml": text})

    with pytest.raises(ContentError) as caught:
        read_site_publication(tmp_path)

    assert [
        str(problem).removeprefix("issues/publication.yaml:") for problem in caught.value.problems
    ] == [
        "2: 'author' must contain these fields: ko, en",
        "3: 'ko' is not a web address; write it like https://www.example.org/page",
        "6: 'address' has the wrong form; write news@example.org",
        "10: 'phone' is a list, not text; put the value in quotes: phone: \"...\"",
        "13: 'time_zone' is not a time zone; write it like Asia/Seoul",
        "15: 'sender_id' has the wrong form; write 5 to 15 letters and digits without spaces, "
        "but not: newsletter, ko, en, bilingual",
        "17: 'default_language' must be one of: ko, en, both",
    ]


@pytest.mark.parametrize("name", [STREAM, STREAM.upper(), *EditionKind])
def test_m8_the_fields_of_a_feedback_id_are_four_different_ones(tmp_path: Path, name: str) -> None:
    text = PUBLICATION.replace("sender_id: mgenews", f"sender_id: {name}")
    write_site(tmp_path, {"issues/publication.yaml": text})

    with pytest.raises(ContentError, match="15: 'sender_id' has the wrong form"):
        read_site_publication(tmp_path)


@pytest.mark.parametrize("name", ["📣 News", "News ✉️", "소식 ❤", "🇰🇷 News", "⭐ News"])
def test_m12_no_emoji_stands_in_the_sender(tmp_path: Path, name: str) -> None:
    text = PUBLICATION.replace(SENDER_NAME, f"{{ko: 소식, en: {name}}}\n  address")
    write_site(tmp_path, {"issues/publication.yaml": text})

    with raises(ContentError, "issue.wrong-form", key="en"):
        read_site_publication(tmp_path)


@pytest.mark.parametrize("name", ["㈜의료경기", "Müller & Söhne™", "경기도 ‧ 소식®", "第1号 ①"])
def test_signs_that_are_no_emoji_may_stand_in_the_sender(tmp_path: Path, name: str) -> None:
    text = PUBLICATION.replace(SENDER_NAME, f'{{ko: "{name}", en: News}}\n  address')
    write_site(tmp_path, {"issues/publication.yaml": text})

    assert read_site_publication(tmp_path).sender_name[Lang.KO] == name


def test_a_site_without_a_publication_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"publication\.yaml: the file is missing; write it"):
        read_site_publication(tmp_path)


OF_ISSUE = "issues/2022-08"
COMMENTED = "a # after a blank begins a comment, so the text ends before it; put the text in quotes"


@pytest.mark.parametrize(
    ("path", "old", "new", "line", "remedy"),
    [
        (KO, "논의", "논의 #안내 #모집", 2, 'title: "화상회의로 보건의료 현안 논의 #안내 #모집"'),
        (EN, "by video", "by video #news", 2, 'title: "Health issues discussed by video #news"'),
        (KO, "잇는 지도", "잇는 지도 #203호", 4, 'alt: "경기도와 울란바토르를 잇는 지도 #203호"'),
        (EN, "---\n\n", "caption: Hall #3\n---\n\n", 5, 'caption: "Hall #3"'),
        (KO, "---\n\n", "facts:\n  장소: 별관 #203호\n---\n\n", 6, '장소: "별관 #203호"'),
        (KO, "---\n\n", "kicker: #공지\n---\n\n", 5, 'kicker: "#공지"'),
        (f"{OF_ISSUE}/ko.md", "만나다", "만나다 #1", 2, "화상으로 만나다 #1\""),
        (f"{OF_ISSUE}/en.md", "next.", "next. #2", 3, "discuss training next. #2\""),
        ("issues/publication.yaml", "news@example.org", "news@example.org #1", 6, "g #1\""),
        ("issues/publication.yaml", '"#0a5c7a"', "#0a5c7a", 12, 'accent: "#0a5c7a"'),
    ],
)  # fmt: skip
def test_no_text_of_any_file_ends_at_a_comment_in_silence(
    tmp_path: Path, path: str, old: str, new: str, line: int, remedy: str
) -> None:
    text = str(site_files()[path])
    write_site(tmp_path, {path: text.replace(old, new, 1)})

    [problem] = problems_of(tmp_path)

    assert problem.startswith(f"{path}:{line}: ")
    assert COMMENTED in problem
    assert remedy in problem


def test_a_postal_address_in_lines_of_its_own_does_not_end_at_a_comment(tmp_path: Path) -> None:
    changed = str(site_files()["issues/publication.yaml"]).replace(
        "  address: {ko: 경기도 수원시 영통구 도청로 30, en:",
        "  address:\n    ko: 도청로 30 #본관\n    en: 30 Docheong-ro #2\n  unread: {x:",
    )
    write_site(tmp_path, {"issues/publication.yaml": changed})

    found = problems_of(tmp_path)

    assert [problem.partition(": a #")[0] for problem in found[:2]] == [
        "issues/publication.yaml:10: 'ko'",
        "issues/publication.yaml:11: 'en'",
    ]


def test_comments_behind_what_is_no_prose_are_allowed(tmp_path: Path) -> None:
    """As the starter and the sample publication write them."""
    publication = str(site_files()["issues/publication.yaml"])
    publication = publication.replace('"#0a5c7a"', '"#0a5c7a" # the one colour')
    publication = publication.replace("sender_id: mgenews", "sender_id: mgenews # keep it")
    publication = publication.replace("accent:", "# a line of its own\naccent:")
    publication += "images: hosted #\npace: {rate: 20/second, canary: 50} # slowly\n"
    issue = "date: 2022-08-26 #금요일\nadvertising: no #광고 없음\n"
    article = ARTICLE_EN.replace("map.png", "map.png # the map").replace("---\n\n", "# x\n---\n\n")
    write_site(
        tmp_path,
        {"issues/publication.yaml": publication, "issues/2022-08/issue.yaml": issue, EN: article},
    )

    assert problems_of(tmp_path) == []
