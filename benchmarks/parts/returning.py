"""Reading what came back: bounces of one issue in a Maildir, by the command."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks import product
from benchmarks.cores import cores
from benchmarks.figures import Figure, Goal, Part
from benchmarks.processes import run
from benchmarks.progress import say
from benchmarks.scale import Scale

BOUNCES: Final = 10_000  # of the goal; a shorter run is projected
SECONDS: Final = 60
MEMORY_MB: Final = 120
ADDRESS: Final = "bounces@news.example.org"
RETURN_PATH: Final = re.compile(rb"\AReturn-Path: <(\S+)>\r\n")
TO: Final = re.compile(rb"^To: .*?(\S+@[\w.]+)", re.MULTILINE)
# What servers say: permanent, temporary, of policy; most bounces are of the first kind.
SAID: Final = (
    ("5.1.1", "550 5.1.1 <{to}>: Recipient address rejected: User unknown"),
    ("5.1.1", "550-5.1.1 The email account that you tried to reach does not exist."),
    ("5.2.2", "552 5.2.2 The email account that you tried to reach is over quota"),
    ("5.7.1", "554 5.7.1 Service unavailable; client host blocked"),
)
REPORT: Final = """\
Return-Path: <>
Delivered-To: {at}
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
To: {at}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="{number}.report"

--{number}.report
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.net.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<{to}>: host mx.example.net said: {said}
    (in reply to RCPT TO command)

--{number}.report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Fri, 26 Aug 2022 09:00:00 +0900 (KST)

Final-Recipient: rfc822; {to}
Action: failed
Status: {status}
Diagnostic-Code: smtp; {said}

--{number}.report
Content-Type: message/rfc822

"""


def measure(scale: Scale) -> Part:
    """Send an issue to a folder, write a bounce for each of its letters, and read them all."""
    bounces = min(BOUNCES, scale.sizes[0])
    say(f"returning: {bounces:,} bounces")
    product.set_stage(bounces)
    publication = product.site() / "issues" / "publication.yaml"
    before = publication.read_text(encoding="utf-8")
    publication.write_text(
        re.sub(r"(?m)^(sender:.*)$", rf"\1\n  bounces: {ADDRESS}", before), encoding="utf-8"
    )
    maildir = product.site().parent / "returned"
    try:
        run(product.newsletter("dispatch", product.ISSUE, "--yes", mail_url=_OUTBOX))
        size = _write_maildir(maildir)
        done = run(product.newsletter("feedback", "read", f"maildir:{maildir}"), cores()[0])
    finally:
        publication.write_text(before, encoding="utf-8")
        shutil.rmtree(maildir, ignore_errors=True)
        shutil.rmtree(product.site() / "outbox", ignore_errors=True)
        shutil.rmtree(product.site() / "feedback", ignore_errors=True)
    rate = bounces / done.wall_s
    say(f"  {rate:,.0f} bounces a second, {done.peak_mb:.0f} MB")
    return Part(
        "Reading what came back",
        [
            Figure("seconds for 10,000 bounces", BOUNCES / rate, " s", Goal(SECONDS, False), 1),
            Figure("peak memory", done.peak_mb, " MB", Goal(MEMORY_MB, False), 0),
            Figure("processor, a bounce", done.cpu_s / bounces * 1e3, " ms"),
        ],
        notes=[
            f"{bounces:,} reports of RFC 3464 in a Maildir, each with the letter of its own that "
            f"it sends back, {size / bounces / 1000:.0f} KB on average; three in four are "
            "permanent or temporary faults of the mailbox. On one core, start of the command "
            "included; each is recorded and put away."
        ],
    )


_OUTBOX: Final = "outbox:outbox?delivers=yes"


def _write_maildir(maildir: Path) -> int:
    """Write a bounce for each letter of the outbox; return their octets."""
    for name in ("new", "cur", "tmp"):
        (maildir / name).mkdir(parents=True, exist_ok=True)
    size = 0
    for number, letter in enumerate(_letters()):
        at, to = RETURN_PATH.match(letter), TO.search(letter)
        if at is None or to is None:
            raise RuntimeError("a letter of the outbox names no return address")
        status, said = SAID[number % len(SAID)]
        address = to[1].decode()
        report = REPORT.format(
            at=at[1].decode(),
            to=address,
            status=status,
            said=said.format(to=address),
            number=number,
        )
        content = report.encode() + letter + f"\n--{number}.report--\n".encode()
        (maildir / "new" / f"{number:08}.M1.mx").write_bytes(content)
        size += len(content)
    return size


def _letters() -> Iterator[bytes]:
    for path in sorted((product.site() / "outbox").glob("*.eml")):
        yield path.read_bytes()
        path.unlink()
