"""
Cut caniemail's data down to what the proof reads: python trim_caniemail.py caniemail.json

The input is data/caniemail.json of the npm package caniemail. For each client the newest
version's answer is kept; for Outlook on Windows the worst of 2016 and later, because
offices keep old versions.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

CLIENTS: Final = (
    ("gmail", "desktop-webmail"),
    ("gmail", "ios"),
    ("gmail", "android"),
    ("outlook", "windows"),
    ("outlook", "outlook-com"),
    ("outlook", "macos"),
    ("outlook", "ios"),
    ("outlook", "android"),
    ("apple-mail", "macos"),
    ("apple-mail", "ios"),
    ("samsung-email", "android"),
    ("yahoo", "desktop-webmail"),
    ("yahoo", "ios"),
    ("yahoo", "android"),
)
WORST_FIRST: Final = "nuay"
OLD_OUTLOOK: Final = ("2003", "2007", "2010", "2013")


def main() -> None:
    """Write support.json into the package."""
    given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    features = {feature["slug"]: support_of(feature["stats"]) for feature in given["data"]}
    lines = [f"{json.dumps(slug)}: {json.dumps(features[slug])}" for slug in sorted(features)]
    date = given["last_update_date"].partition(" ")[0]
    text = f'{{"date": "{date}",\n"features": {{\n' + ",\n".join(lines) + "\n}}\n"
    folder = Path(__file__).parents[2] / "newsletter" / "proof" / "clients" / "caniemail"
    (folder / "support.json").write_text(text, encoding="utf-8")


def support_of(stats: dict[str, Any]) -> dict[str, str]:
    """Return y (yes), a (partly), n (no) or u (unknown) for each client that was tested."""
    found = {}
    for family, platform in CLIENTS:
        versions = stats.get(family, {}).get(platform, {})
        if not versions:
            continue
        letters = [answer[0] for answer in versions.values()]
        if platform == "windows":
            kept = [word[0] for name, word in versions.items() if name not in OLD_OUTLOOK]
            letters = sorted(kept or letters, key=WORST_FIRST.index, reverse=True)
        found[f"{family}.{platform}"] = letters[-1]
    return found


if __name__ == "__main__":
    main()
