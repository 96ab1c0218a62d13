import os
import unicodedata
from pathlib import Path

import pytest

from newsletter.errors import ContentError
from newsletter.issue.reading import read_site_issue, read_site_publication
from newsletter.lang import Lang
from newsletter.phrases import catalogue, phrase
from tests.makers import ARTICLE, ARTICLE_EN, ARTICLE_KO, make_png, problems_of, write_site

KO, EN = f"{ARTICLE}/ko.md", f"{ARTICLE}/en.md"


@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
@pytest.mark.parametrize("written", ["NFC", "NFD"])
def test_korean_picture_names_are_found_however_unicode_spells_them(
    tmp_path: Path, on_disk: str, written: str
) -> None:
    name = unicodedata.normalize(on_disk, "지도.png")  # type: ignore[arg-type] # one of the forms
    text = ARTICLE_KO.replace("map.png", "지도.png") + "![지도](지도.png)\n"
    text = unicodedata.normalize(written, text)  # type: ignore[arg-type] # one of the forms
    write_site(tmp_path, {KO: text, f"{ARTICLE}/{name}": make_png(4, 4)})

    _, issue = read_site_issue(tmp_path, "2022-08")

    assert sorted(issue.pictures) == [f"{ARTICLE}/map.png", f"{ARTICLE}/지도.png"]
    assert issue.articles[0].texts[Lang.KO].title == "화상회의로 보건의료 현안 논의"


def test_two_names_that_look_the_same_are_refused(tmp_path: Path) -> None:
    names = [unicodedata.normalize("NFC", "지도.png"), unicodedata.normalize("NFD", "지도.png")]
    write_site(tmp_path, {f"{ARTICLE}/{name}": make_png(4, 4) for name in names})

    assert problems_of(tmp_path) == [
        f"{ARTICLE}/지도.png: this name occurs twice, in two Unicode spellings that look the same; "
        "delete one of them"
    ]


def test_names_in_an_old_korean_encoding_do_not_stop_reading(tmp_path: Path) -> None:
    write_site(tmp_path)
    folder = os.fsencode(tmp_path / ARTICLE)
    with open(os.path.join(folder, "지도.png".encode("cp949")), "wb") as file:  # noqa: PTH118, PTH123 - Path has no bytes
        file.write(b"x")

    assert problems_of(tmp_path) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    write_site(tmp_path)
    (tmp_path / EN).chmod(0)

    assert problems_of(tmp_path) == [
        f"{EN}: 'en.md' cannot be read (Permission denied); check its permissions"
    ]


def test_what_is_no_file_is_said_in_either_language(tmp_path: Path) -> None:
    write_site(tmp_path, {EN: None})
    (tmp_path / EN).mkdir()

    with pytest.raises(ContentError) as caught:
        read_site_issue(tmp_path, "2022-08")

    (problem,) = caught.value.problems
    assert problem.message == phrase(
        "issue.no-regular-file",
        name="en.md",
        fault=phrase("files.irregular", kind=phrase("files.folder")),
    )
    assert str(problem.message) == (
        "'en.md' is a folder, not a regular file; put the file itself here"
    )
    assert catalogue("ko").word(problem.message) == (
        "'en.md': 일반 파일이 아니라 폴더입니다. 파일 자체를 이곳에 두십시오."
    )


def test_a_text_that_is_a_link_out_of_the_site_is_refused(tmp_path: Path) -> None:
    write_site(tmp_path / "site", {EN: None})
    (tmp_path / "secret.md").write_text(ARTICLE_EN, encoding="utf-8")
    (tmp_path / "site" / EN).symlink_to(tmp_path / "secret.md")

    assert problems_of(tmp_path / "site") == [
        f"{EN}: the file is a link to a place outside the site; copy the file here"
    ]


@pytest.mark.parametrize("name", ["issues/2022-08", ARTICLE, "issues/2022-08/02-other"])
def test_a_folder_that_is_a_link_out_of_the_site_is_refused_unread(
    tmp_path: Path, name: str
) -> None:
    write_site(tmp_path / "site")
    folder = tmp_path / "site" / name
    if folder.exists():
        folder.rename(tmp_path / "elsewhere")
    else:
        (tmp_path / "elsewhere" / "secret-name").mkdir(parents=True)
    folder.symlink_to(tmp_path / "elsewhere")

    problems = problems_of(tmp_path / "site")

    assert (
        problems[0]
        == f"{name}: the folder is a link to a place outside the site; copy the folder here"
    )
    assert "secret-name" not in str(problems)


def test_a_site_whose_folder_is_a_link_in_a_circle_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "issues").symlink_to("issues")

    with pytest.raises(
        ContentError, match="issues: the folder is a link to a place outside the site"
    ):
        read_site_publication(tmp_path)


def test_a_folder_that_is_a_link_within_the_site_is_read(tmp_path: Path) -> None:
    write_site(tmp_path)
    (tmp_path / ARTICLE).rename(tmp_path / "kept")
    (tmp_path / ARTICLE).symlink_to(tmp_path / "kept")

    assert problems_of(tmp_path) == []


def test_a_text_longer_than_any_letter_is_refused(tmp_path: Path) -> None:
    write_site(tmp_path, {EN: ARTICLE_EN + "word " * 60_000})

    assert problems_of(tmp_path) == [
        f"{EN}: the file has more than 256 KB, too much for an email; shorten it"
    ]


def test_a_text_without_front_matter_is_told_how_to_start(tmp_path: Path) -> None:
    write_site(tmp_path, {KO: "제목\n", EN: "---\ntitle: x\n"})

    assert problems_of(tmp_path) == [
        f"{KO}:1: the file must start with fields between two lines of '---'",
        f"{EN}:1: the file must start with fields between two lines of '---'",
    ]


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    text = "\ufeff" + ARTICLE_EN.replace("\n", "\r\n") + "\r\n<b>\r\n"
    write_site(tmp_path, {EN: text.encode()})

    assert problems_of(tmp_path) == [f"{EN}:9: raw HTML <b> is not allowed; write **bold**"]
