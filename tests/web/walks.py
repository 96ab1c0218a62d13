"""Walks over every page that readers can see: each stops wherever there is something to look at."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from newsletter.lang import Lang, Preference
from newsletter.mails.mail import MailForm
from newsletter.message.links import Purpose
from tests.web.browsing import Visit

NAMES: Final[Mapping[Lang, str]] = {Lang.KO: "김독자", Lang.EN: "Avery Reader"}
TWO_YEARS: Final = timedelta(days=725)  # in a few days
UNDO_IS_OVER: Final = timedelta(days=8)
UNTICK: Final = "document.querySelector('input[type=radio]:checked').checked = false"


@dataclass(frozen=True, slots=True)
class Stop:
    """A page to look at."""

    name: str
    title: str  # key of its heading
    has_twin: bool = True  # its link to the other language shows the same page


Walk = Callable[[Visit], Iterator[Stop]]


def subscribing(at: Visit) -> Iterator[Stop]:
    """Subscribe with every fault that can be made."""
    address = f"new.{at.lang}@example.org"
    at.open(f"/{at.lang}/subscribe")
    yield Stop("subscribe", "subscribe_title")
    at.write("name", NAMES[at.lang])
    at.press("subscribe_button")
    yield Stop("subscribe-faults", "subscribe_title")
    at.subscribe(address, NAMES[at.lang])
    yield Stop("asked", "asked_title")
    at.write("code", "12")
    at.press("code_button")
    yield Stop("asked-no-code", "asked_title")
    for _ in range(5):
        at.write("code", "000000")
        at.press("code_button")
    yield Stop("asked-no-tries", "asked_title")
    at.open(at.served.here(at.served.mail(address).links()[0]))
    yield Stop("confirm", "confirm_title")
    at.press("confirm_button")
    yield Stop("confirmed", "confirmed_title", has_twin=False)
    at.page.goto(at.page.url)
    yield Stop("already", "already_title")
    at.served.pass_time()
    at.open(f"/{at.lang}/subscribe")
    at.subscribe(address)
    at.served.mail(address, 3)


def never_again(at: Visit) -> Iterator[Stop]:
    """Refuse all mail, and ask for it again."""
    address = f"never.{at.lang}@example.org"
    at.open(f"/{at.lang}/subscribe")
    at.subscribe(address)
    confirm, never = at.served.mail(address).links()
    at.open(at.served.here(never))
    yield Stop("never", "never_title")
    at.press("never_button")
    yield Stop("never-done", "never_done_title", has_twin=False)
    at.open(at.served.here(confirm))
    at.press("confirm_button")
    yield Stop("closed", "closed_title", has_twin=False)


def leaving(at: Visit) -> Iterator[Stop]:
    """Leave by the letter's link, come back, and leave for good."""
    address = _known(at, "leaving")
    at.open(at.served.letter_link(Purpose.UNSUBSCRIBE, address))
    yield Stop("leave", "leave_title")
    at.press("leave_button")
    yield Stop("left", "left_title")
    undo = at.served.here(at.served.mail(address).links()[0])
    at.open(undo)
    yield Stop("undo", "undo_title")
    at.press("undo_button")
    yield Stop("undone", "undone_title")
    at.served.mail(address, 2)  # the result of that, before the reader leaves again
    at.open(at.served.letter_link(Purpose.UNSUBSCRIBE, address))
    at.press("leave_button")
    late = at.served.here(at.served.mail(address, 3).links()[0])
    at.served.pass_time(UNDO_IS_OVER)
    at.open(late)
    yield Stop("undo-late", "undo_late_title")
    at.open(at.served.letter_link(Purpose.PREFERENCES, address))
    yield Stop("settings-none", "settings_none_title")


def damaged(at: Visit) -> Iterator[Stop]:
    """Follow links that are none."""
    whole = at.served.letter_link(Purpose.UNSUBSCRIBE, _known(at, "damaged"))
    at.open(f"{whole[:-3]}?lang={at.lang}")
    yield Stop("damaged", "damaged_title")
    at.write("address", "name@example")
    at.press("link_button")
    yield Stop("damaged-fault", "link_title")
    at.write("address", f"damaged.{at.lang}@example.org")
    at.press("link_button")
    yield Stop("link-asked", "link_asked_title", has_twin=False)
    at.open(f"{at.served.test_letter_link()}?lang={at.lang}")
    yield Stop("test", "test_title")
    at.open("/c/none")
    yield Stop("gone", "gone_title")
    at.open(f"/{at.lang}/nothing-here")
    yield Stop("missing", "missing_title")
    with at.served.without_key():
        at.open(f"{whole[:-3]}?lang={at.lang}")
        yield Stop("busy", "busy_title")


def settings(at: Visit) -> Iterator[Stop]:
    """Change what a letter's link allows, then ask for the link that allows more."""
    address = _known(at, "settings")
    at.open(at.served.letter_link(Purpose.PREFERENCES, address))
    yield Stop("settings", "settings_title")
    at.page.evaluate(UNTICK)
    at.press("settings_save")
    yield Stop("settings-fault", "settings_title")
    at.choose("preference-both")
    at.press("settings_save")
    yield Stop("settings-saved", "settings_title")
    at.press("settings_more_button")
    yield Stop("settings-sent", "settings_sent_title", has_twin=False)
    fresh = at.served.here(at.served.mail(address).links()[0])
    at.open(fresh)
    yield Stop("own", "own_title")
    at.write("address", "name@example")
    at.press("settings_save")
    yield Stop("own-fault", "own_title")
    at.write("address", "")
    at.press("settings_save")
    yield Stop("own-saved", "own_saved_title", has_twin=False)
    at.open(fresh)
    yield Stop("settings-gone", "settings_gone_title")


def moving(at: Visit) -> Iterator[Stop]:
    """Change the address: once in vain, once for a while."""
    address, taken, new = (
        _known(at, "moving"),
        f"taken.{at.lang}@example.org",
        f"moved.{at.lang}@example.org",
    )
    _ask_to_move(at, address, taken, 1)
    yield Stop("own-moving", "own_moving_title", has_twin=False)
    in_vain = at.served.here(at.served.mail(taken).links()[0])
    at.served.enrol(taken)
    at.open(in_vain)
    at.press("move_button")
    yield Stop("taken", "taken_title", has_twin=False)
    at.served.pass_time()
    _ask_to_move(at, address, new, 2)
    at.open(at.served.here(at.served.mail(new).links()[0]))
    yield Stop("move", "move_title")
    at.press("move_button")
    yield Stop("moved", "moved_title")
    at.open(at.served.here(at.served.mail(address, 3).links()[0]))
    yield Stop("unmove", "unmove_title")
    at.press("unmove_button")
    yield Stop("unmoved", "unmoved_title")


def renewing(at: Visit) -> Iterator[Stop]:
    """Confirm a consent again, and try that after leaving."""
    address, gone = _known(at, "renewing", TWO_YEARS), _known(at, "gone", TWO_YEARS)
    at.served.ask_for_notices()
    link, late = (at.served.here(at.served.mail(one).links()[0]) for one in (address, gone))
    at.open(link)
    yield Stop("renew", "renew_title")
    at.press("renew_button")
    yield Stop("renewed", "renewed_title")
    at.open(at.served.here(at.served.mail(gone).links()[1]))
    at.press("leave_button")
    at.open(late)
    yield Stop("renew-late", "renew_late_title")


def _ask_to_move(at: Visit, address: str, new: str, number: int) -> None:
    at.open(at.served.letter_link(Purpose.PREFERENCES, address))
    at.press("settings_more_button")
    at.open(at.served.here(at.served.mail(address, number).links()[0]))
    at.write("address", new)
    at.press("settings_save")


def _known(at: Visit, name: str, ago: timedelta = timedelta()) -> str:
    """Put a reader on the list who agreed so long ago, and return the address."""
    address = f"{name}.{at.lang}@example.org"
    at.served.enrol(address, Preference(at.lang.value), NAMES[at.lang], ago)
    return address


WALKS: Final[Mapping[str, Walk]] = {
    walk.__name__: walk
    for walk in (subscribing, never_again, leaving, damaged, settings, moving, renewing)
}
MAILS_OF: Final[Mapping[str, tuple[MailForm, ...]]] = {
    subscribing.__name__: (MailForm.CONFIRMATION, MailForm.AGREED, MailForm.SUBSCRIBED),
    never_again.__name__: (MailForm.CONFIRMATION,),
    leaving.__name__: (MailForm.LEFT,),
    damaged.__name__: (MailForm.SETTINGS,),
    settings.__name__: (MailForm.SETTINGS,),
    moving.__name__: (MailForm.SETTINGS, MailForm.NEW_ADDRESS, MailForm.MOVED),
    renewing.__name__: (MailForm.RENEWAL,),
}
