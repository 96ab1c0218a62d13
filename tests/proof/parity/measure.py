"""
Measures the comparison of languages: python -m tests.proof.parity.measure FOLDER…

Each folder holds articles (NN-name/ko.md, en.md) and plants.jsonl: mistakes to be made one by one
in a copy. A plant is {"article", "kind": "value", "exchange" or "omission", "note", "edits":
[{"file", "find", "replace"}]}; each text to find stands once in its file. Found is a plant whose
copy has a finding that the clean article does not have. Every finding on a clean article counts
as a false alarm, except on what moved within a paragraph.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from math import sqrt
from pathlib import Path
from typing import Any, Final

import yaml

from newsletter.lang import Lang
from newsletter.proof.finding import Finding
from tests.makers import make_issue
from tests.proof.parity.makers import findings_of, make_material

HEAD: Final = re.compile(r"\A---\n(?P<head>.*?)\n---\n", re.DOTALL)
HIGH: Final = re.compile(r"^##(?= )", re.MULTILINE)  # an article's own headings are lower
MONTH: Final = 9
Texts = Mapping[str, str]  # file name -> text


def read_article(folder: Path) -> Texts:
    """Return the files of an article, by name."""
    return {f"{lang}.md": (folder / f"{lang}.md").read_text(encoding="utf-8") for lang in Lang}


def proof(texts: Texts) -> list[Finding]:
    """Compare the two languages of an article of September 2026."""
    heads = [yaml.safe_load(HEAD.match(texts[f"{lang}.md"])["head"]) for lang in Lang]  # type: ignore[index] # every file has a head
    bodies = [HIGH.sub("###", HEAD.sub("", texts[f"{lang}.md"]).strip()) for lang in Lang]
    titles = [head["title"] for head in heads]
    issue = make_issue((bodies[0], bodies[1]), (titles[0], titles[1]), month=MONTH, year=2026)
    return findings_of(make_material(issue))


def planted(texts: Texts, edits: list[dict[str, str]]) -> Texts:
    """Return a copy of the article with the mistake."""
    changed = dict(texts)
    spans: dict[str, list[tuple[int, int, str]]] = {}
    for edit in edits:
        text = texts[edit["file"]]
        if text.count(edit["find"]) != 1:
            message = f"stands {text.count(edit['find'])} times: {edit['find']}"
            raise ValueError(message)
        start = text.index(edit["find"])
        spans.setdefault(edit["file"], []).append(
            (start, start + len(edit["find"]), edit["replace"])
        )
    for file, places in spans.items():
        for start, end, instead in sorted(places, reverse=True):
            changed[file] = changed[file][:start] + instead + changed[file][end:]
    return changed


def interval(hits: int, tries: int) -> tuple[float, float]:
    """Return the 95 % interval of a share, by Wilson."""
    if not tries:
        return 0.0, 1.0
    z, share = 1.96, hits / tries
    middle = (share + z * z / (2 * tries)) / (1 + z * z / tries)
    half = z * sqrt(share * (1 - share) / tries + z * z / (4 * tries**2)) / (1 + z * z / tries)
    return middle - half, middle + half


def _said(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.file, str(finding.message)


def _plants(folder: Path) -> Iterator[dict[str, Any]]:
    for line in (folder / "plants.jsonl").read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def main() -> None:
    """Measure the folders that are named, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1] if __doc__ else "")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--missed", action="store_true", help="name what was not found")
    parser.add_argument("--only", default="", help="articles whose name begins so")
    asked = parser.parse_args()
    words = alarms = 0
    found: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    for folder in asked.folders:
        articles = {
            path.parent.name: read_article(path.parent)
            for path in sorted(folder.glob("*/en.md"))
            if path.parent.name.startswith(asked.only)
        }
        clean = {name: proof(texts) for name, texts in articles.items()}
        for name, texts in articles.items():
            words += len(HEAD.sub("", texts["en.md"]).split())
            for finding in clean[name]:
                alarms += 1
                print(f"ALARM {name} {finding.rule}: {finding.message!s}\n")
        for plant in _plants(folder):
            name = plant["article"]
            if name not in articles:
                continue
            before = set(map(_said, clean[name]))
            now = list(map(_said, proof(planted(articles[name], plant["edits"]))))
            tried[plant["kind"]] += 1
            if any(one not in before for one in now):
                found[plant["kind"]] += 1
            elif asked.missed:
                print(f"MISSED {plant['kind']} {name}: {plant['note']} {plant['edits']}\n")
    print(f"words {words}, alarms {alarms}: {1000 * alarms / max(words, 1):.2f} per 1,000 words")
    for kind, tries in sorted(tried.items()):
        low, high = interval(found[kind], tries)
        share = found[kind] / tries
        print(f"{kind}: {found[kind]} of {tries}, {share:.1%} (95 %: {low:.1%} to {high:.1%})")


if __name__ == "__main__":
    main()
