"""The contracts about imports notice what breaks them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
KEPT, BROKEN = "KEPT", "BROKEN"
CONTRACTS = {
    "One way through the house": ("compose/press.py", "newsletter.message.letter"),
    "Deciding code touches nothing": ("dispatch/plan.py", "socket"),
    "Dispatch knows only the words of delivery": (
        "dispatch/plan.py",
        "newsletter.delivery.replies",
    ),
    "Only the registry knows which providers there are": (
        "app/site.py",
        "newsletter.delivery.smtp",
    ),
    "Only one place knows which inboxes there are": ("app/site.py", "newsletter.feedback.maildir"),
    "Only one place knows which webhooks there are": (
        "desk/webhooks.py",
        "newsletter.feedback.webhook_ses",
    ),
    "Only the composition root knows the database": ("cli/status.py", "newsletter.storage.ledger"),
    "Below the terminal nobody knows of it": ("desk/order.py", "signal"),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "newsletter", folder / "newsletter", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def _judge(house: Path) -> dict[str, str]:
    """Return the verdict on each contract, by its name."""
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
        cwd=house,
        env={"PYTHONPATH": str(house), "PATH": "/usr/bin:/bin", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    lines = [line.rsplit(" (", 1)[0] for line in done.stdout.splitlines()]
    ends = (line.rpartition(" ") for line in lines)
    return {name: verdict for name, _, verdict in ends if verdict in {KEPT, BROKEN}}


def test_the_house_keeps_its_contracts(house: Path) -> None:
    assert _judge(house) == dict.fromkeys(CONTRACTS, KEPT)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_an_import_that_breaks_a_contract_is_noticed(house: Path, contract: str) -> None:
    place, imported = CONTRACTS[contract]
    module = house / "newsletter" / place
    source = module.read_text()
    module.write_text(f"{source}\n\ndef planted() -> None:\n    import {imported}\n")
    try:
        assert _judge(house)[contract] == BROKEN
    finally:
        module.write_text(source)
