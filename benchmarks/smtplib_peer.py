"""
The standard library's way: smtplib, and an EmailMessage for every reader, in threads.

``python smtplib_peer.py LETTER.json PORT CONNECTIONS LETTERS``. Each thread keeps its
connection. Only what differs from reader to reader is replaced; the message is then built
and encoded anew, which is what this library makes everybody do.
"""

import json
import smtplib
import sys
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from threading import Thread


def compose(letter: dict[str, str], marks: dict[str, str], number: int) -> EmailMessage:
    """Build the message to reader *number*."""
    values = {mark: f"{name}{number}" for name, mark in marks.items()}
    html, text = letter["html"], letter["text"]
    unsubscribe = letter["unsubscribe_url"]
    for mark, value in values.items():
        html, text = html.replace(mark, value), text.replace(mark, value)
        unsubscribe = unsubscribe.replace(mark, value)
    message = EmailMessage()
    message["From"] = letter["sender"]
    message["To"] = f"reader.{number}@example.org"
    message["Subject"] = letter["subject"]
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain="example.org")
    message["List-Unsubscribe"] = f"<{unsubscribe}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message


def send(letter: dict[str, str], marks: dict[str, str], port: int, numbers: range) -> None:
    """Send to the readers *numbers* over one connection."""
    with smtplib.SMTP("127.0.0.1", port, "localhost") as session:
        for number in numbers:
            session.send_message(compose(letter, marks, number))


def main(file: str, port: int, connections: int, letters: int) -> None:
    """Share the letters among as many threads as there are connections."""
    letter = json.loads(Path(file).read_text(encoding="utf-8"))
    marks = letter.pop("marks")
    threads = [
        Thread(target=send, args=(letter, marks, port, range(first, letters, connections)))
        for first in range(connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
