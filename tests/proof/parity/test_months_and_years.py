"""A month or a year without a day is no excuse for a wrong day."""

import pytest

from tests.proof.parity.makers import proofed


@pytest.mark.parametrize(
    ("ko", "en", "wrong"),
    [
        (
            "6월 연수에 이어 6월 20일 회의를 열었습니다.",
            "After the June training, a meeting was held on June 20.",
            "After the June training, a meeting was held on June 21.",
        ),
        (
            "2026년 사업은 2026년 9월 25일 시작합니다.",
            "The 2026 project starts on September 25, 2026.",
            "The 2026 project starts on September 26, 2026.",
        ),
        (
            "2022년 계획에 따라 7월 3일에 엽니다.",
            "Under the 2022 plan, it opens on July 3.",
            "Under the 2022 plan, it opens on July 4, 2022.",
        ),
        (
            "9월 소식: 9월 1일과 9월 15일에 만납니다.",
            "News of September: we meet on September 1 and 15.",
            "News of September: we meet on September 1 and 16.",
        ),
        (
            "2022년 8월 현재, 2022년 8월 26일 회의 전까지 모집합니다.",
            "As of August 2022, we recruit until the meeting on August 26, 2022.",
            "As of August 2022, we recruit until the meeting on August 28, 2022.",
        ),
        (
            "5월에 시작해 5월 31일에 마쳤습니다.",
            "It began in May and ended on 31 May.",
            "It began in May and ended on 30 May.",
        ),
        (
            "지난 연수는 6월에, 회의는 6월 20일에 열렸습니다.",
            "The last training was in June; the meeting was on the 20th of June.",
            "The last training was in the summer; the meeting was on the 21st of June.",
        ),
        (
            "2022년에 시작한 사업이 2022년 7월 4일 끝났습니다.",
            "The project that began in 2022 ended on July 4, 2022.",
            "The project that began last winter ended on July 5, 2022.",
        ),
    ],
)
def test_a_wrong_day_is_found_beside_its_month_or_year(ko: str, en: str, wrong: str) -> None:
    assert proofed(ko, en, "numbers") == []
    assert proofed(ko, wrong, "numbers") != []


@pytest.mark.parametrize(
    ("ko", "en"),
    [
        ("지난 6월 20일 열렸습니다.", "It was held last June."),
        ("2022년 6월 열렸습니다.", "It was held in June."),
        ("6월 연수와 6월 20일 회의", "the training and the meeting on June 20"),
        ("6월 연수와 회의", "the June training and the meeting in June"),
        ("2022년 7월과 8월", "July and August 2022"),
        ("2022년 행사는 2022년 7월 시작했습니다.", "The 2022 event began in July."),
    ],
)
def test_a_day_may_be_told_as_its_month(ko: str, en: str) -> None:
    assert proofed(ko, en, "numbers") == []


@pytest.mark.parametrize("part", ["in June", "of 2022", "in June 2022"])
def test_a_month_or_year_in_another_paragraph_is_no_excuse(part: str) -> None:
    ko = "2022년 6월 20일 열렸습니다.\n\n다음 연수도 알립니다."
    en = f"It was held on June 21, 2022.\n\nThe next training is like the one {part}."

    [found] = proofed(ko, en, "numbers")

    assert "6월 20일”" in str(found.message)
    assert "“June 21" in str(found.message)


def test_a_day_that_is_left_out_is_found_though_both_name_its_month_elsewhere() -> None:
    ko = "회의는 6월 20일 열렸습니다.\n\n6월 연수도 마쳤습니다."
    en = "The meeting was held.\n\nThe June training is over, too."

    assert [one.file[-5:] for one in proofed(ko, en, "numbers")] == ["ko.md"]
