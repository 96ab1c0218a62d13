"""What a letter uses is seen wherever it stands, however often its like stood before."""

import pytest

from newsletter.proof.clients.features import uses

SUPPORT: dict[str, dict[str, str]] = {
    name: {}
    for name in ("css-display-grid", "css-position", "image-webp", "image-gif", "html-table")
}


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("<style>p{color:red}</style><style>p{position:fixed}</style>", "css-position"),
        ('<p style="color:red"></p><p style="position:fixed"></p>', "css-position"),
        ('<img src="a.gif"><img src="a.webp">', "image-webp"),
        ('<img src="a.gif"><img src="a.gif" background="b.webp">', "image-webp"),
        ('<p class="a"></p><table class="a"></table>', "html-table"),
    ],
)
def test_a_later_element_is_looked_at_though_one_like_it_came_before(
    body: str, wanted: str
) -> None:
    assert wanted in set(uses(f"<html><body>{body}</body></html>", SUPPORT))
