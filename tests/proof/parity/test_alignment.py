"""Blocks find their counterparts in texts of any length, in time that grows with the length."""

import pytest

from newsletter.proof.parity.alignment import align
from newsletter.proof.parity.blocks import Block, Kind, sections
from newsletter.proof.parity.clues import readings_of
from tests.makers import make_issue
from tests.proof.parity.makers import make_material, proofed
from tests.work import growth

KO_HEAD, EN_HEAD = "| 이름 | 수 |\n|---|---|\n", "| name | number |\n|---|---|\n"


def _ko(rows: range) -> str:
    return KO_HEAD + "".join(f"| 가나 {at} | {at + 1000}명 |\n" for at in rows)


def _en(rows: range) -> str:
    return EN_HEAD + "".join(f"| name {at} | {at + 1000} people |\n" for at in rows)


def test_rows_that_one_of_two_long_tables_lacks_are_named_and_no_others() -> None:
    missing = range(300, 330)
    english = _en(range(300)) + _en(range(330, 800)).removeprefix(EN_HEAD)

    found = proofed(_ko(range(800)), english, "structure")

    assert [finding.line for finding in found] == [at + 3 for at in missing]


def test_every_row_of_two_long_tables_finds_its_own() -> None:
    changed = _en(range(799)).replace("1500 people", "1501 people")

    found = proofed(_ko(range(800)), changed, "numbers")

    assert [finding.line for finding in found] == [503]
    assert "“1500”" in str(found[0].message)
    assert "“1501”" in str(found[0].message)


def _align(count: int) -> None:
    material = make_material(make_issue())
    read = readings_of(sections(material.issue, material.publication)[0], material)
    ones = [Block(Kind.PARAGRAPH, "paragraph", f"{count}명 {at}", at) for at in range(count)]
    others = [Block(Kind.PARAGRAPH, "paragraph", f"{count} {at}", at) for at in range(count - 1)]
    others.append(Block(Kind.ITEM, "list item", f"{count}", count))
    align(ones, others, read)


def test_twice_the_blocks_take_no_more_than_twice_the_work() -> None:
    assert growth(_align, 300) < 2.5


@pytest.mark.parametrize(("ones", "others"), [(1, 3000), (3000, 1), (2, 900), (70, 1)])
def test_a_block_finds_its_own_among_thousands(ones: int, others: int) -> None:
    material = make_material(make_issue())
    read = readings_of(sections(material.issue, material.publication)[0], material)
    one, other = (
        [Block(Kind.PARAGRAPH, "paragraph", f"{at + 100}", at) for at in range(count)]
        for count in (ones, others)
    )

    pairs = align(one, other, read)

    assert [pair.one for pair in pairs if pair.one] == one
    assert [pair.other for pair in pairs if pair.other] == other
    texts = [(pair.one.text, pair.other.text) for pair in pairs if pair.one and pair.other]
    assert len(texts) == min(ones, others)
    assert all(mine == theirs for mine, theirs in texts)


@pytest.mark.parametrize(("ones", "others"), [(1, 3000), (3000, 1), (1, 7), (0, 900)])
def test_blocks_of_another_kind_stay_without_a_counterpart(ones: int, others: int) -> None:
    material = make_material(make_issue())
    read = readings_of(sections(material.issue, material.publication)[0], material)
    one = [Block(Kind.PARAGRAPH, "paragraph", f"{at + 100}", at) for at in range(ones)]
    other = [Block(Kind.ITEM, "list item", f"{at + 100}", at) for at in range(others)]

    pairs = align(one, other, read)

    assert [pair.one for pair in pairs if pair.one] == one
    assert [pair.other for pair in pairs if pair.other] == other
    assert len(pairs) == ones + others
