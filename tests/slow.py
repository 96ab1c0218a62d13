"""
Which test files take long: ``python -m tests.slow REPORT.xml`` writes them to slow.txt.

``pytest --quick`` leaves them out; REPORT.xml is of ``pytest --junit-xml REPORT.xml``.
"""

import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

LIST: Final = Path(__file__).with_suffix(".txt")
A_TEST_S: Final = 0.05  # a file whose tests take longer than this, one with the other,
A_FILE_S: Final = 1.0  # and together longer than this, is slow

# These want programs that only ``make test`` unpacks.
ALSO: Final = frozenset(
    {
        "tests/feedback/test_imap.py",
        "tests/feedback/test_imap_login.py",
        "tests/message/test_dkim.py",
        "tests/web/test_nginx.py",
    }
)


def read_slow() -> frozenset[Path]:
    """Return the slow test files."""
    return frozenset(LIST.parent.parent / line for line in LIST.read_text().splitlines())


def find_slow(report: Path) -> list[str]:
    """Name the slow files of a run, relative to the checkout."""
    seconds: defaultdict[str, float] = defaultdict(float)
    tests: Counter[str] = Counter()
    for case in ET.parse(report).iter("testcase"):
        module = case.attrib["classname"].partition(".Test")[0]
        file = f"{module.replace('.', '/')}.py"
        seconds[file] += float(case.attrib["time"])
        tests[file] += 1
    slow = {file for file, took in seconds.items() if took > max(A_FILE_S, A_TEST_S * tests[file])}
    return sorted(slow | ALSO)


if __name__ == "__main__":
    LIST.write_text("".join(f"{file}\n" for file in find_slow(Path(sys.argv[1]))))
