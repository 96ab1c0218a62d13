"""Whatever bytes an editor's program writes: a list of problems, never a traceback."""

from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.errors import ContentError
from newsletter.issue.reading import read_site_issue
from tests.makers import ARTICLE, site_files, write_site

NAMES = [
    "issues/publication.yaml",
    "issues/2022-08/issue.yaml",
    "issues/2022-08/ko.md",
    f"{ARTICLE}/ko.md",
]
SEEDS = {
    name: content.encode() for name, content in site_files().items() if isinstance(content, str)
}
LUMPS: Final = (
    *(
        b"---\n",
        b": ",
        b"- ",
        b'"',
        b"\\U99999999",
        b"\xff",
        b"\x00",
        b"<b>",
        b"**",
        b"](",
        b"![](",
    ),
    *(b"&a", b"*a", b"!!", b"[", b"{", b"\t", b"%", b"image: ..\n", b"\r", "한".encode(), b"&#0;"),
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_site(tmp_path_factory.mktemp("site"))


def _read_with(site: Path, name: str, content: bytes) -> None:
    path = site / name
    path.write_bytes(content)
    with suppress(ContentError):
        read_site_issue(site, "2022-08")
    path.write_bytes(SEEDS[name])


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.sampled_from(NAMES), content=st.binary(max_size=200))
def test_any_bytes_raise_nothing_but_content_errors(site: Path, name: str, content: bytes) -> None:
    _read_with(site, name, content)


@settings(max_examples=250, deadline=None)
@given(
    name=st.sampled_from(NAMES),
    edits=st.lists(
        st.tuples(st.integers(0, 2000), st.sampled_from(LUMPS), st.integers(0, 3)),
        min_size=1,
        max_size=5,
    ),
)
def test_a_damaged_file_raises_nothing_but_content_errors(
    site: Path, name: str, edits: list[tuple[int, bytes, int]]
) -> None:
    content = SEEDS[name]
    for at, lump, cut in edits:
        start = at % (len(content) + 1)
        content = content[:start] + lump + content[start + cut :]

    _read_with(site, name, content)
