"""The newest issue is judged by SpamAssassin, and its pictures are asked for where they lie."""

import subprocess
import sys
from ast import literal_eval
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from newsletter.app.site import Site
from newsletter.doctor.check import Section
from newsletter.doctor.finding import Certainty
from newsletter.doctor.letter_checks import advise, judge_score
from newsletter.doctor.spam_filter import SpamScore, read_score, score_letter
from tests.delivery.http_recorder import Answer, HttpRecorder
from tests.doctor.examining import codes, found, look, make_site
from tests.makers import PUBLICATION, make_jpeg, make_png

WRONG, PERHAPS, UNSEEN, IN_ORDER = Certainty
HOSTED: Final = PUBLICATION.replace("rules: {hosted-pictures: off}\n", "")
# As SpamAssassin 4.0.1 has marked a letter, with the options that are given here.
MARKED: Final = b"""X-Spam-Checker-Version: SpamAssassin 4.0.1 (2024-03-25) on relay
X-Spam-Status: Yes, score=5.7 required=5.0 tests=EMPTY_MESSAGE,
\tHTML_IMAGE_ONLY_04,HTML_MESSAGE,MIME_HTML_ONLY autolearn=disabled version=4.0.1
X-Spam-Newsletter: score=5.7 required=5.0 tests=EMPTY_MESSAGE=2.195,
\tHTML_IMAGE_ONLY_04=1.68,HTML_MESSAGE=0.001,MIME_HEADER_CTYPE_ONLY=0.1,
\tMSGID_SHORT=0.001,NORMAL_HTTP_TO_IP=0.159,NO_RECEIVED=-0.001,SUBJ_ALL_CAPS=0.5
From: a@example.org
Subject: FREE MONEY

X-Spam-Newsletter: score=0 required=5 tests=none
"""
PNG: Final = Answer(200, make_png(8, 6), {"Content-Type": "image/png"})


def put_filter(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """Install a stand-in for SpamAssassin that reads a letter, and runs *script*."""
    program = folder / "bin" / "spamassassin"
    program.parent.mkdir()
    reads = "import sys, time, os; letter = sys.stdin.buffer.read(); out = sys.stdout.buffer"
    program.write_text(f"#!{sys.executable}\n{reads}\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    return program


def marking(score: float, rules: str) -> str:
    head = f"X-Spam-Newsletter: score={score} required=5.0 tests={rules}"
    return f"out.write({head.encode()!r} + b'\\n' + letter)"


def test_the_score_that_spamassassin_writes_is_read() -> None:
    score = read_score(MARKED)

    assert score is not None
    assert (score.score, score.required) == (5.7, 5.0)
    assert score.rules["HTML_IMAGE_ONLY_04"] == 1.68
    assert score.rules["NO_RECEIVED"] == -0.001
    assert len(score.rules) == 8


def test_a_letter_without_a_score_has_none() -> None:
    assert read_score(b"From: a@example.org\n\nX-Spam-Newsletter: score=1\n") is None


@pytest.mark.parametrize(
    ("score", "rules", "certainty", "code"),
    [
        (5.0, {"HTML_IMAGE_ONLY_04": 5.0}, WRONG, "doctor.spam-score"),
        (2.6, {"SUBJ_ALL_CAPS": 2.6}, PERHAPS, "doctor.spam-score"),
        (0.4, {"HTML_FONT_LOW_CONTRAST": 0.7, "ALL_TRUSTED": -1.0}, IN_ORDER, "doctor.spam-score"),
        (-0.3, {"HTML_MESSAGE": 0.001}, IN_ORDER, "doctor.spam-clean"),
    ],
)
def test_a_score_is_judged_by_what_is_called_spam(
    score: float, rules: dict[str, float], certainty: Certainty, code: str
) -> None:
    finding = judge_score("issues/2022-08", SpamScore(score, 5.0, rules))

    assert (finding.certainty, finding.code) == (certainty, code)


def test_each_rule_says_what_to_change_once() -> None:
    advice = advise(["HTML_IMAGE_ONLY_04", "HTML_IMAGE_RATIO_02", "SUBJ_ALL_CAPS", "XYZ"])

    said = [one.code for one in advice]
    assert said == ["doctor.spam-more-text", "doctor.spam-subject", "doctor.spam-look-up"]


def test_each_edition_is_judged_with_the_rules_that_hit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_filter(tmp_path, monkeypatch, marking(6.5, "HTML_IMAGE_ONLY_04=4.5,SUBJ_ALL_CAPS=2"))

    examination = look(make_site(tmp_path / "site"), Section.LETTER)

    findings = found(examination, WRONG, check="spam-score")
    assert [one.place.rpartition(" ")[2] for one in findings] == ["(ko)", "(en)", "(bilingual)"]
    assert "HTML_IMAGE_ONLY_04 4.5, SUBJ_ALL_CAPS 2" in str(findings[0].fault).replace(" and", ",")
    assert "more text" in str(findings[0].remedy)


def test_the_program_gets_the_letter_and_asks_no_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    script = f"open({str(kept)!r}, 'w').write(repr((sys.argv[1:], os.environ['HOME'], letter)))"
    put_filter(tmp_path, monkeypatch, script)

    examination = look(make_site(tmp_path / "site"), Section.LETTER)

    options, home, letter = literal_eval(kept.read_text())
    assert options[:4] == ["-L", "-x", "--cf", "use_bayes 0"]
    assert home != str(Path.home())
    assert b"\nList-Unsubscribe:" in letter
    assert b"\r" not in letter
    assert codes(examination, UNSEEN) == ["doctor.spam-filter-silent"]


def test_a_program_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = put_filter(tmp_path, monkeypatch, "time.sleep(60)")

    with pytest.raises(subprocess.TimeoutExpired):
        score_letter(str(program), b"Subject: a\r\n\r\n", longest_s=0.5)


def test_without_the_program_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    examination = look(make_site(tmp_path / "site"), Section.LETTER)

    assert codes(examination, *Certainty) == ["doctor.no-spam-filter"]


@contextmanager
def hosting(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Site, HttpRecorder]]:
    """Serve the public address of a site with one hosted picture."""
    monkeypatch.setenv("PATH", str(folder))
    with HttpRecorder(Answer()) as web:
        site = make_site(folder, public_url=web.base_url)
        (site.root / "issues" / "publication.yaml").write_text(HOSTED)
        yield site, web


@pytest.mark.parametrize(
    ("answer", "certainty", "code"),
    [
        (PNG, IN_ORDER, "doctor.pictures"),
        (Answer(404), WRONG, "delivery.answers"),
        (Answer(410), WRONG, "delivery.answers"),
        (Answer(503), UNSEEN, "delivery.answers"),
        (Answer(cuts=True), UNSEEN, "delivery.does-not-answer"),
        (
            Answer(200, b"<html>Log in", {"Content-Type": "text/html; charset=utf-8"}),
            WRONG,
            "doctor.picture-type",
        ),
        (Answer(200, make_png(8, 6)), WRONG, "doctor.picture-type"),
        (
            Answer(200, make_jpeg(8, 6), {"Content-Type": "image/png"}),
            WRONG,
            "doctor.picture-type",
        ),
    ],
)
def test_a_picture_has_to_be_there_with_its_type(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: Answer,
    certainty: Certainty,
    code: str,
) -> None:
    with hosting(tmp_path, monkeypatch) as (site, web):
        [picture] = site.compose("2022-08").composition.pictures
        web.pages[f"/{picture.path}"] = answer
        examination = look(site, Section.LETTER)

    assert codes(examination, certainty, check="pictures") == [code]
    assert len(codes(examination, *Certainty, check="pictures")) == 1
    assert [one.path for one in web.reads] == [f"/{picture.path}"]


def test_pictures_that_nobody_hosts_are_not_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hosting(tmp_path, monkeypatch) as (site, web):
        (site.root / "issues" / "publication.yaml").write_text(PUBLICATION)
        look(site, Section.LETTER)

    assert web.reads == []
