import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.compose.colours import CONTRAST_AA, contrast, lighten_for

DARK = "#16181a"


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21.0), ("#ffffff", "#ffffff", 1.0), ("#777777", "#ffffff", 4.48)],
)
def test_contrast_is_what_wcag_says(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(one, other) == contrast(other, one)


@given(st.integers(0, 0xFFFFFF))
def test_every_accent_can_be_read_on_the_dark_page(number: int) -> None:
    lighter = lighten_for(f"#{number:06x}", DARK)

    assert contrast(lighter, DARK) >= CONTRAST_AA


def test_an_accent_that_can_be_read_already_stays() -> None:
    assert lighten_for("#ffcc00", DARK) == "#ffcc00"
