from newsletter.compose.slots import Slot, slot_name, slot_token, split_at_slots
from newsletter.lang import Lang


def test_a_text_is_cut_at_its_slots() -> None:
    text = f"a {slot_token(Slot.GREETING, Lang.KO)} b {slot_token(Slot.UNSUBSCRIBE)}"

    assert split_at_slots(text) == ["a ", "greeting-ko", " b ", "unsubscribe", ""]


def test_tokens_are_plain_letters_that_no_step_changes() -> None:
    tokens = [slot_token(slot, lang) for slot in Slot for lang in (None, *Lang)]

    assert len(set(tokens)) == len(tokens)
    assert all(token.replace("-", "").isalpha() and token.isascii() for token in tokens)
    assert [slot_name(Slot.REASON, lang) for lang in Lang] == ["reason-ko", "reason-en"]
