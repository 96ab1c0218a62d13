"""A house whose mails really leave, with a prepared notice of a leak."""

from pathlib import Path
from typing import Final

import pytest

from tests.postgresql import new_database
from tests.stage.site import CHECKOUT
from tests.web.house import House

LEAK: Final = (CHECKOUT / "tests" / "samples" / "leak.yaml").read_text(encoding="utf-8")


def make_house(request: pytest.FixtureRequest, folder: Path, patch: pytest.MonkeyPatch) -> House:
    """Make it on the database that a fixture's parameter names; its folder is the working one."""
    settings = {"mail_url": "outbox:outbox?delivers=yes"}
    if request.param == "postgresql":
        settings["database_url"] = new_database(request.getfixturevalue("server"))
    made = House(folder, readers=2, **settings)
    made.stage.root.chmod(0o700)
    patch.chdir(made.stage.root)
    Path("leak.yaml").write_text(LEAK, encoding="utf-8")
    return made
