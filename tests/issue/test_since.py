"""Files that were read for a letter are named where they say something else since."""

from pathlib import Path

import pytest

from newsletter.app.site import Site
from newsletter.issue.since import Since, look_since
from tests.makers import ARTICLE, ISSUE_ID, PUBLICATION, make_png, write_site


@pytest.fixture
def root(tmp_path: Path) -> Path:
    sheet = "body { color: #111111 }\n"
    glossary = "hdc:\n  ko: 보건개발센터\n  en: Health Development Center\n"
    return write_site(
        tmp_path, {"templates/email/dark.css": sheet, "issues/glossary.yaml": glossary}
    )


def files_of(root: Path) -> dict[str, str]:
    return dict(Site({}, root).compose(ISSUE_ID).files)


def test_every_file_of_the_site_that_is_read_is_kept(root: Path) -> None:
    assert files_of(root).keys() == {
        "issues/publication.yaml",
        "issues/glossary.yaml",
        "issues/2022-08/issue.yaml",
        "issues/2022-08/ko.md",
        "issues/2022-08/en.md",
        f"{ARTICLE}/ko.md",
        f"{ARTICLE}/en.md",
        f"{ARTICLE}/map.png",
        "templates/email/dark.css",
    }


def test_what_is_as_it_was_is_not_named(root: Path) -> None:
    files = files_of(root)

    assert not look_since(root, ISSUE_ID, files)


@pytest.mark.parametrize(
    ("place", "content"),
    [
        ("issues/publication.yaml", PUBLICATION.replace("000 0000", "000 1111")),
        ("issues/publication.yaml", "name: [\n"),
        (f"{ARTICLE}/map.png", make_png(9, 9)),
        ("templates/email/dark.css", "body { color: #222222 }\n"),
        ("issues/glossary.yaml", ""),
    ],
)
def test_a_changed_file_is_named(root: Path, place: str, content: str | bytes) -> None:
    files = files_of(root)
    path = root / place
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    assert look_since(root, ISSUE_ID, files) == Since(ISSUE_ID, is_gone=False, changed=(place,))


def test_missing_unreadable_and_added_files_are_named(root: Path) -> None:
    files = files_of(root)
    (root / "issues/2022-08/ko.md").unlink()
    (root / "issues/glossary.yaml").unlink()
    (root / "issues/glossary.yaml").mkdir()
    for added in ("issues/2022-08/02-more/en.md", "templates/email/letter.css"):
        (root / added).parent.mkdir(exist_ok=True)
        (root / added).write_text("")

    assert look_since(root, ISSUE_ID, files) == Since(
        ISSUE_ID,
        is_gone=False,
        missing=("issues/2022-08/ko.md",),
        broken=("issues/glossary.yaml",),
        added=("issues/2022-08/02-more/en.md", "templates/email/letter.css"),
    )


def test_a_folder_that_is_gone_is_named_as_a_whole(root: Path) -> None:
    files = files_of(root)
    (root / "issues/2022-08").rename(root / "elsewhere")

    found = look_since(root, ISSUE_ID, files)

    assert found == Since(ISSUE_ID, is_gone=True)
    assert found
