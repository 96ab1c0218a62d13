"""What inlining loads, seen in a process of its own."""

import subprocess
import sys

INLINE = """
import sys
from newsletter.compose.inline import inline_css
page = "<html><head><style>p { color: red }</style></head><body><p>hi</p></body></html>"
assert '<p style="color:red">' in inline_css(page)
"""


def _printed(code: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", INLINE + code], check=True, capture_output=True, text=True
    )
    return ended.stdout.strip()


def test_inlining_does_not_load_what_fetches_from_the_network() -> None:
    assert _printed("print([n for n in ('requests', 'urllib3') if n in sys.modules])") == "[]"


def test_who_needs_requests_afterwards_gets_it_whole() -> None:
    code = "import requests; print(requests.Session.__module__, 'urllib3' in sys.modules)"
    assert _printed(code) == "requests.sessions True"


def test_premailer_too_would_get_it_if_it_asked() -> None:
    code = "import premailer.premailer as p; print(p.requests.exceptions.HTTPError.__module__)"
    assert _printed(code) == "requests.exceptions"
