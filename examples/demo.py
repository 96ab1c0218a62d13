"""The whole way of an issue, on this machine alone: what `make demo` runs."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NEWSLETTER = Path(sys.executable).with_name("newsletter")


def newsletter(*arguments: str) -> str:
    """Run a command as a person would, showing it and what it prints."""
    print(f"\n$ newsletter {' '.join(arguments)}", flush=True)
    command = [NEWSLETTER, *arguments]
    ended = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    print(ended.stdout, end="", flush=True)
    if ended.returncode:
        sys.exit(ended.returncode)
    return ended.stdout


def main(issue: str) -> None:
    """Compose, import, test, dispatch; then say where everything is."""
    newsletter("compose", issue)
    newsletter("subscribers", "import", "examples/subscribers.csv")
    newsletter("test", issue, "--to", "editor@example.org", "--yes")
    newsletter("dispatch", issue, "--yes")
    newsletter("status", issue)
    digest = json.loads((ROOT / "build" / issue / "manifest.json").read_text())["digest"]
    print(
        f"""
The letters     build/{issue}/preview/ (open ko.html, en.html or bilingual.html in a browser)
The outbox      outbox/ (.eml files: what each reader gets; any mail program opens them)
Digest          {digest[:12]} (what was composed, tested and dispatched is the same letter)

Run make demo again: nobody gets anything twice.
Next: newsletter init ../my-newsletter, and the walk in README.md. The command is
.venv/bin/newsletter, or just newsletter after: source .venv/bin/activate"""
    )


if __name__ == "__main__":
    main(sys.argv[1])
