"""A site whose commands run in this process, at a time that the test sets."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import click
from click.testing import CliRunner, Result
from sqlalchemy import update

from newsletter.app.site import Site
from newsletter.cli.main import cli
from newsletter.dispatch.states import State
from newsletter.errors import NewsletterError
from newsletter.lang import Preference
from newsletter.storage import tables
from newsletter.subscribers.decisions import enrol
from tests.makers import ISSUE_ID, write_site
from tests.stage.databases import put_empty_database
from tests.stage.site import PUBLIC_URL, Stage
from tests.stage.terminal import Typed, run_in_terminal
from tests.subscribers.makers import make_row

NOW: Final = datetime(2022, 8, 25, 23, 0, tzinfo=UTC)  # 08:00 of the 26th in Seoul


class ClockedSite(Site):
    """
    A site whose clock stands still, or goes on by *pace* whenever it is looked at.

    What is on the *agenda* happens when the clock is first seen past its time.
    """

    def __init__(self, environ: Mapping[str, str], folder: Path) -> None:
        super().__init__(environ, folder)
        self.now = NOW
        self.pace = timedelta(0)
        self.agenda: list[tuple[datetime, Callable[[], object]]] = []

    def clock(self) -> datetime:
        self.now += self.pace
        while self.agenda and self.agenda[0][0] <= self.now:
            self.agenda.pop(0)[1]()
        return self.now


class ClockedStage:
    """Where an operator sits: commands, and a look at the ledger behind them."""

    def __init__(self, folder: Path, readers: int = 4, **settings: str) -> None:
        """Make a small site with *readers*; settings are given without their prefix."""
        values = {"public_url": PUBLIC_URL, "connections": "1", **settings}
        self.environ = {f"NEWSLETTER_{name.upper()}": value for name, value in values.items()}
        self.root = write_site(folder)
        if "database_url" not in settings:
            put_empty_database(folder)
        self._depth = 0  # of commands that run while another one does
        self.site = ClockedSite(self.environ, folder)
        with self.site.records.book().opened() as page:
            for number in range(1, readers + 1):
                enrol(make_row(f"r{number}@example.org", "", Preference.KO), page, NOW)

    @property
    def apart(self) -> Stage:
        """The same site; its commands run in processes of their own, at the time it really is."""
        return Stage(self.root, self.environ)

    def restart(self) -> None:
        """Go on as another process would: nothing in memory is left."""
        self.site.close()
        before, self.site = self.site, ClockedSite(self.environ, self.root)
        self.site.now = before.now

    def invoke(self, *words: str) -> Result:
        """Run a command without a terminal, however it ends."""
        command = cli.get_command(click.Context(cli), words[0])
        assert command is not None
        self._depth += 1
        try:
            return CliRunner().invoke(command, words[1:], obj=self.site)
        finally:
            self._depth -= 1
            if not self._depth:  # as every command does at its end
                self.site.close()

    def run(self, *words: str, status: int = 0) -> str:
        """Run a command, check its exit status, and return what it printed."""
        result = self.invoke(*words)
        fault = result.exception
        if fault and not isinstance(fault, NewsletterError | SystemExit):
            raise fault
        found = fault.exit_status if isinstance(fault, NewsletterError) else result.exit_code
        said = f"newsletter: {fault}\n" if isinstance(fault, NewsletterError) else ""
        assert found == status, result.output + said
        return result.output + said

    def type(self, *words: str, dialogue: Mapping[str, Typed], status: int = 0) -> str:
        """Run a command in a terminal in which somebody types; return what it showed."""
        shown, found = run_in_terminal(
            self.apart.command(*words), self.root, self.apart.environment, dialogue
        )
        assert found == status, shown
        return shown

    def states(self) -> dict[State, int]:
        """Count the deliveries of the issue by state, those that there are."""
        tally = self.site.records.ledger().tally(ISSUE_ID)
        return {state: tally.of(state) for state in State if tally.of(state)}

    def decided(self) -> list[tuple[str, str, str]]:
        """Return act, name and words of every line of the issue's diary."""
        return [
            (note.act.value, str(note.by), str(note.words))
            for note in self.site.records.diary().notes(ISSUE_ID)
        ]

    def forget(self, *numbers: int) -> None:
        """Make the deliveries to some readers as they were before they were begun."""
        self._put(numbers, state="pending", attempts=0, begun_at=None, answer=None)

    def forget_letter(self) -> None:
        """Make the dispatch as a version left it that kept no letters."""
        deliveries, dispatches = tables.deliveries, tables.dispatches
        with self.site.records.database.begin() as connection:
            connection.execute(update(deliveries).values(letter_id=None, bound_letter_id=None))
            connection.execute(update(dispatches).values(letter_id=None, files=None, manner=None))

    def lose_answers(self, *numbers: int) -> None:
        """Make the deliveries to some readers unknown, as a crash leaves them."""
        self._put(numbers, state="unknown", attempts=1, begun_at=NOW, answer=None)

    def defer(self, *numbers: int, due_at: datetime) -> None:
        """Make the deliveries to some readers deferred until *due_at*."""
        self._put(numbers, state="deferred", attempts=1, due_at=due_at, answer="450 later")

    def _put(self, numbers: Sequence[int], **values: object) -> None:
        table = tables.deliveries
        addresses = [f"r{number}@example.org" for number in numbers]
        with self.site.records.database.begin() as connection:
            connection.execute(update(table).where(table.c.address.in_(addresses)).values(**values))

    def change_letter(self) -> None:
        """Correct a word of the English letter."""
        letter = self.root / "issues" / ISSUE_ID / "en.md"
        letter.write_text(letter.read_text().replace("news", "word", 1))
