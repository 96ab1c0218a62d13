"""Each problem is kept once, however it was said, and as fast as there are many."""

from newsletter.issue.problems import Problems
from newsletter.phrases import phrase
from tests.work import growth


def test_one_problem_is_kept_once_and_another_of_its_code_beside_it() -> None:
    problems = Problems()
    for link in ("a", "b", "a"):
        problems.add("ko.md", 3, phrase("issue.link-relative", link=link))

    assert [problem.message for problem in problems.found] == [
        phrase("issue.link-relative", link="a"),
        phrase("issue.link-relative", link="b"),
    ]


def test_many_problems_of_one_line_take_time_in_proportion() -> None:
    def note(count: int) -> None:
        problems = Problems()
        for at in range(count):
            problems.add("ko.md", 3, phrase("issue.link-relative", link=f"page-{at}"))

    assert growth(note, 500) < 3
