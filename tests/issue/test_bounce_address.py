"""sender.bounces of publication.yaml: an address that has room for a token, or a clear refusal."""

from pathlib import Path

import pytest

from newsletter.app.site import Site
from newsletter.errors import ContentError
from tests.makers import ISSUE_ID, PUBLICATION, write_site


def site_with(folder: Path, bounces: str) -> Site:
    text = PUBLICATION.replace("  address: news@", f"  bounces: {bounces}\n  address: news@")
    return Site({}, write_site(folder, {"issues/publication.yaml": text}))


@pytest.mark.parametrize(
    "address",
    [
        "bounces@news.example.org",
        "b-{token}@news.example.org",
        "'{token}@b.example.org'",
        "thirteen-char@example.org",  # the plus sign is the fourteenth
    ],
)
def test_an_address_with_room_for_a_token_is_taken_and_changes_no_letter(
    tmp_path: Path, address: str
) -> None:
    site = site_with(tmp_path / "a", address)
    other = Site({}, write_site(tmp_path / "b"))

    assert site.publication.bounces == address.strip("'")
    digests = {one.compose(ISSUE_ID).composition.digest for one in (site, other)}
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("fourteen-chars@example.org", "issue.bounces-long"),
        ("fifteen-chars--{token}@example.org", "issue.bounces-long"),
        (f"b@{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 20}.example.org", "issue.bounces-long"),
        ("bounces", "issue.wrong-form"),
        ("독자@example.org", "issue.wrong-form"),
        ("b-{token}-{token}@example.org", "issue.wrong-form"),
        ("b@{token}.example.org", "issue.wrong-form"),
        ("b {token}@example.org", "issue.wrong-form"),
        ("'B <b@example.org>'", "issue.wrong-form"),
    ],
)
def test_an_address_that_cannot_hold_a_token_is_refused_with_its_line(
    tmp_path: Path, address: str, code: str
) -> None:
    with pytest.raises(ContentError) as caught:
        _ = site_with(tmp_path, address).publication

    [problem] = caught.value.problems
    assert getattr(problem.message, "code", None) == code
    assert problem.place == "issues/publication.yaml"
    assert problem.line is not None
