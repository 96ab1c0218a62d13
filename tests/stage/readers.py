"""The readers of a small site, and the commands for them, which run in this process."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from click.testing import Result

from newsletter.errors import ContentError
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.subscribers.book import Selection
from newsletter.subscribers.subscriber import Standing
from tests.stage.clocked import ClockedStage

NOW: Final = datetime(2022, 8, 1, 3, 0, tzinfo=UTC)


class ReaderList:
    """A list that is empty at first, on a stage whose clock stands still."""

    def __init__(self, folder: Path) -> None:
        self.stage = ClockedStage(folder, readers=0)
        self.stage.site.now = NOW
        self.folder = folder

    def book(self) -> SqlSubscriberBook:
        return self.stage.site.records.book()

    def run(self, *words: str | Path) -> Result:
        return self.stage.invoke("subscribers", *map(str, words))

    def fail(self, *words: str | Path) -> str:
        """Run a command that a fault stops, and return what it says."""
        result = self.run(*words)
        assert isinstance(result.exception, ContentError)
        return str(result.exception)

    def write(self, text: str | bytes, name: str = "list.csv") -> Path:
        file = self.folder / name
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def standings(self) -> dict[str, Standing]:
        return {one.address: one.standing for one in self.book().select(Selection())}
