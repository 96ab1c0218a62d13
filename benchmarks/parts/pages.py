"""Readers' pages: one-click posts a second, and how long pages take beside a dispatch."""

import os
import re
import signal
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks import product
from benchmarks.asking import Connection, ask_all
from benchmarks.cores import cores
from benchmarks.figures import Figure, Goal, Part
from benchmarks.processes import Command, start
from benchmarks.progress import say
from benchmarks.scale import Scale
from benchmarks.wire import smtp_sink

CLIENTS: Final = 32  # connections that post one after another
A_SECOND: Final = 50  # pages, and posts, beside a dispatch
FORM: Final = b"List-Unsubscribe=One-Click"
HOST: Final = "news.example.org"
SYNC_S: Final = 1.0  # how long the disk is asked


def measure(scale: Scale) -> Part:
    """Post by many connections to a server on one core; then open pages beside a dispatch."""
    readers = scale.letters
    product.set_stage(readers)
    tokens = _write_tokens(readers)
    half = len(tokens) // 2
    say(f"pages: {half:,} one-click posts")
    with serving(cores()[0]) as port:
        clicks = list(map(_post, tokens[:half]))
        ask_all(port, clicks[:200], CLIENTS, 200)  # what a first request loads
        rate = ask_all(port, clicks[200:], CLIENTS, 200)
    syncs = _syncs(product.site())
    say(f"  {rate:,.0f}/s; the disk syncs {syncs:,.0f} times a second")
    product.set_stage(readers)
    with smtp_sink() as sink, serving(None) as port:
        pages, posts = _beside(product.dispatch(sink.port), port, tokens[half:])
    say(f"  beside a dispatch: page p99 {_p99(pages):.1f} ms, post p99 {_p99(posts):.1f} ms")
    beside = f"beside a dispatch of {readers:,}"
    return Part(
        "Readers' pages",
        [
            Figure("one-click posts on one core", rate, "/s", Goal(1_000), 0),
            Figure(f"page, p99 {beside}", _p99(pages), " ms", Goal(20, False)),
            Figure(f"post, p99 {beside}", _p99(posts), " ms", Goal(100, False)),
            Figure("fdatasync of the disk", syncs, "/s", places=0),
            Figure("posts a second for each fdatasync a second", rate / syncs, "x"),
            Figure("requests beside the dispatch", len(pages) + len(posts), places=0),
        ],
        notes=[
            f"{CLIENTS} connections on the other core post one after another; each post is "
            "durable when it is answered, and asks for a mail of its result.",
            f"Beside the dispatch, {A_SECOND} pages and {A_SECOND} posts a second, on the same "
            "SQLite file; neither is bound to a core.",
        ],
    )


@contextmanager
def serving(core: int | None, **settings: str) -> Iterator[int]:
    """Serve the site; its mails go to an outbox that a limit of none keeps empty of requests."""
    with tempfile.NamedTemporaryFile() as output:
        process = start(
            product.newsletter("serve", "--port", "0", **settings), core, output.fileno()
        )
        try:
            yield _find_port(Path(output.name))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _find_port(output: Path) -> int:
    for _ in range(600):
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", output.read_text(errors="replace"))
        if found:
            return int(found[1])
        time.sleep(0.05)
    msg = f"the server did not start:\n{output.read_text(errors='replace')}"
    raise RuntimeError(msg)


def _write_tokens(readers: int) -> Sequence[str]:
    """Return the tokens of the unsubscribe links to all readers."""
    path = product.site().parent / "tokens"
    product.entry_point("tokens", str(path))
    tokens = path.read_text().split()
    if len(tokens) != readers:
        msg = f"{len(tokens)} of {readers} readers have a link"
        raise RuntimeError(msg)
    return tokens


def _beside(dispatch: Command, port: int, tokens: Sequence[str]) -> tuple[list[float], list[float]]:
    """Open pages and post while *dispatch* runs; return the milliseconds of both."""
    pages: list[float] = []
    posts: list[float] = []
    over = threading.Event()

    def ask(times: list[float], *, is_post: bool) -> None:
        with Connection(port) as connection:
            due = time.perf_counter()
            for token in tokens:
                due += 1 / A_SECOND
                if over.wait(max(0.0, due - time.perf_counter())):
                    return
                began_at = time.perf_counter()
                status = connection.ask(_post(token) if is_post else _get(token))
                times.append((time.perf_counter() - began_at) * 1000)
                if status != 200:
                    msg = f"answered by {status}"
                    raise RuntimeError(msg)

    threads = [
        threading.Thread(target=ask, args=(pages,), kwargs={"is_post": False}),
        threading.Thread(target=ask, args=(posts,), kwargs={"is_post": True}),
    ]
    for thread in threads:
        thread.start()
    process = start(dispatch, None)
    status = process.wait()
    over.set()
    for thread in threads:
        thread.join()
    if status not in (0, 4):
        msg = f"the dispatch ended with {status}"
        raise RuntimeError(msg)
    return pages, posts


def _p99(times: Sequence[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)] if times else 0.0


def _syncs(folder: Path) -> float:
    """Return how often a second the disk of *folder* makes 4 kB durable."""
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        count, began_at = 0, time.perf_counter()
        while time.perf_counter() - began_at < SYNC_S:
            os.write(file.fileno(), b"x" * 4096)
            os.fdatasync(file.fileno())
            count += 1
        return count / (time.perf_counter() - began_at)


def _post(token: str) -> bytes:
    """Return a post to a link, as mail programs do (RFC 8058)."""
    kind = "application/x-www-form-urlencoded"
    fields = f"Content-Type: {kind}\r\nContent-Length: {len(FORM)}\r\n"
    return f"POST /u/{token} HTTP/1.1\r\nHost: {HOST}\r\n{fields}\r\n".encode() + FORM


def _get(token: str) -> bytes:
    """Return a request for the page of a link."""
    return f"GET /u/{token} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
