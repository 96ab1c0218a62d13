"""Names of states, editions and decisions for people; machines have their own words."""

from newsletter.cli.wording import _, say
from newsletter.dispatch.control import Act
from newsletter.dispatch.promise import Bond
from newsletter.dispatch.states import State
from newsletter.lang import EditionKind


def count_state(count: int, state: State) -> str:
    """Return the number of deliveries in a state: 2 accepted."""
    return _("{count:,} {state}", count=count, state=say(state.said))


def name_edition(kind: EditionKind) -> str:
    """Return the name of an edition in at most nine columns."""
    match kind:
        case EditionKind.KO:
            return _("ko")
        case EditionKind.EN:
            return _("en")
        case EditionKind.BILINGUAL:
            return _("bilingual")


def name_bond(bond: Bond) -> str:
    """Return the name of what binds people to one letter of an issue."""
    match bond:
        case Bond.DISPATCH:
            return _("dispatch")
        case Bond.APPOINTMENT:
            return _("appointment")
        case Bond.APPROVAL:
            return _("approval")


def name_act(act: Act) -> str:
    """Return the name of a decision, as in a diary."""
    return {
        Act.PAUSED: _("paused"),
        Act.RESUMED: _("resumed"),
        Act.CANCELLED: _("cancelled"),
        Act.SETTLED: _("settled"),
        Act.APPOINTED: _("appointed"),
        Act.APPOINTMENT_DROPPED: _("appointment dropped"),
        Act.LATE_ANSWER: _("late answer"),
        Act.SET_ASIDE: _("rehearsal set aside"),
        Act.APPROVED: _("approved"),
        Act.OVERRIDDEN: _("overridden"),
        Act.DISPATCHED: _("dispatched"),
        Act.REPLACED: _("letter replaced"),
        Act.ANSWERED: _("doubt answered"),
    }[act]
