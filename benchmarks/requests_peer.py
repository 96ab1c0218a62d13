"""
The plain way to a mail service: requests, one letter after another.

``python requests_peer.py LETTER.json PORT LETTERS``. The connection is kept. Only what differs
from reader to reader is replaced, in JSON fields as such services take them.
"""

import json
import sys
from pathlib import Path

import requests


def main(file: str, port: int, letters: int) -> None:
    """Post the letters in a loop."""
    letter = json.loads(Path(file).read_text(encoding="utf-8"))
    marks = letter.pop("marks")
    with requests.Session() as session:
        for number in range(letters):
            html, text = letter["html"], letter["text"]
            for mark, name in marks.items():
                html, text = html.replace(name, f"{mark}{number}"), text.replace(name, str(number))
            fields = {
                "from": letter["sender"],
                "to": [f"reader.{number}@example.org"],
                "subject": letter["subject"],
                "html": html,
                "text": text,
                "headers": {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
            }
            answer = session.post(f"http://127.0.0.1:{port}/emails", json=fields, timeout=60)
            answer.raise_for_status()


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
