from hypothesis import given
from hypothesis import strategies as st

from newsletter.cli.readers.import_lines import IN_MEMORY, held_lines


@given(st.lists(st.text(max_size=20)))
def test_what_is_held_comes_back_as_it_was_and_once(lines: list[str]) -> None:
    with held_lines() as held:
        for line in lines:
            held.write(f"{line}\r\n")

        first, second = "".join(held.taken()), "".join(held.taken())

    assert first == "".join(f"{line}\r\n" for line in lines)
    assert second == ""


def test_more_than_fits_in_memory_is_held_too() -> None:
    line = "이름\ud800" + "x" * 1_000 + "\n"
    count = IN_MEMORY // 500

    with held_lines() as held:
        for _ in range(count):
            held.write(line)

        taken = "".join(held.taken())

    assert taken == line * count
