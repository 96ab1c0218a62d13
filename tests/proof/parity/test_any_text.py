"""No text ends the comparison with a fault, in whatever scripts it is written."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.proof.parity.makers import proofed

LETTERS = (
    "가나네한열두시일이십만억월년도씨 ㄱㅏABCdehxyzÉøłßðĳ ’'ʼ-–.,:;%£€₩0123456789°½٣"
    "ЖяΩγაბ漢字ℓ😀\n|*()[]"
)
WORD = st.text(LETTERS, min_size=1, max_size=8)
NAME = st.builds(str.capitalize, st.text("ʻ’'xhwyéøłßðæ-žбγაhH", min_size=1, max_size=5))
NUMBER = st.from_regex(r"\A[0-9.,:~–-]{1,9}(억|만|시|일|%| won| p\.m\.|st|도)?\Z")
TEXT = st.lists(st.one_of(WORD, NAME, NUMBER), min_size=1, max_size=12).map(" ".join)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXT, TEXT)
def test_any_two_texts_are_compared(ko: str, en: str) -> None:
    for one in (f"한국 시{ko}", f"{ko}. 김 {en}"):
        assert isinstance(proofed(one, f"The {en}"), list)


def test_a_letter_without_a_sound_is_compared() -> None:
    ko = "| 구단 | 승 |\n| --- | --- |\n| 바크 | 5 |\n\n할베리 감독이 이끈다."
    en = "| Club | W |\n| --- | --- |\n| Bak | 5 |\n\nHallberg leads it."

    assert proofed(ko, en) == []
