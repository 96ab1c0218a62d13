"""The room that templates run in: they can reach what they are given, and only so much of it."""

import re
from collections.abc import Callable, Iterable, Sequence, Sized
from datetime import date
from functools import wraps
from types import BuiltinMethodType, FunctionType, GeneratorType, MethodType
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import FunctionLoader, StrictUndefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markdown_it.token import Token

from newsletter.compose.metering import MEASURED, STEP, Metered, Traces

# What one file of a letter may cost: a character made is one, a step of a loop is `STEP`. As
# much as is allowed takes seconds; one expression may overshoot it once.
BUDGET: Final = 8_000_000
NUMBER_MAX: Final = 10_000  # of columns, copies or places that a template asks for at once
BITS_MAX: Final = 4096  # of a number that is multiplied or raised to a power
# A width in a format that is huge, or whatever a value says: of "%", and of str.format.
WIDE: Final = re.compile(r"%[-+ #0.\d]*(?:\*|\d{5})|\{[^{}]*:[^{}]*(?:\{|\d{5})")
# Each of these gives another letter every time, and so another digest.
NOT_REPEATABLE: Final = frozenset(
    {"today", "now", "utcnow", "fromtimestamp", "utcfromtimestamp", "random", "lipsum"}
)
UNBOUNDED: Final = frozenset({"expandtabs", "translate"})

Found = tuple[str, str, None] | None


class TooMuch(Exception):  # noqa: N818 - what a template asked for
    """A template asked for more than a letter can ever want."""


class Sandbox(ImmutableSandboxedEnvironment):
    """
    Jinja2's sandbox, with an end to what a template may take of time and memory.

    Private attributes, changes of what is passed in, files and modules are out of reach, as
    in every sandbox of Jinja2. Beyond that, nothing gives another result on another day, and
    whatever a template makes is counted: see `BUDGET`.
    """

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(
        self,
        find: Callable[[str], Found],
        *,
        escape: Callable[[str | None], bool],
        traces: Traces | None = None,
    ) -> None:
        """
        Make a room without a template in it.

        Args:
            find: a template's source by its name, and the name that faults are shown with.
            escape: says of a template's name whether what it prints is escaped for HTML.
            traces: takes where each tag of the templates stands; see `Traces`.
        """
        super().__init__(
            loader=FunctionLoader(find),
            autoescape=escape,
            undefined=StrictUndefined,
            finalize=self._printed,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._left = BUDGET
        self._traces = traces
        for table in (self.globals, self.filters):
            for name in NOT_REPEATABLE & table.keys():
                del table[name]
        self.filters = {name: self._bounded(name, own) for name, own in self.filters.items()}
        self.filters[MEASURED] = self.measure

    def add_filter(self, name: str, own: Callable[..., Any]) -> None:
        """Let templates use a filter of ours."""
        self.filters[name] = self._bounded(name, own)

    def fill(self, name: str, values: dict[str, Any]) -> str:
        """
        Fill a template; whatever its expressions raise goes through.

        Raises:
            TooMuch: it runs without end, or makes more than a letter can hold.
        """
        self._left = BUDGET
        return self.get_template(name).render(values)

    def measure(self, value: Any) -> Any:
        """Count what was made, and return it."""
        self.spend(len(value) if isinstance(value, str | bytes | list | tuple) else 1)
        return value

    def spend(self, cost: int) -> str:
        """Count what a template takes; templates call this themselves: see `Metered`."""
        self._left -= cost
        if self._left < 0:
            msg = (
                f"the template makes more than {BUDGET:,} characters, or runs without end; "
                "look for a loop or a macro that repeats itself"
            )
            raise TooMuch(msg)
        return ""

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Guard ``str.format``, which templates get in Jinja2's own form."""
        guarded = super().wrap_str_format(value)
        if guarded is None:
            return None

        @wraps(guarded)
        def filled(*args: Any, **kwargs: Any) -> str:
            _refuse_wide_fields(value.__self__)
            return guarded(*args, **kwargs)

        return filled

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Say whether a template may reach *attr*: nothing private, changing or changeable."""
        if isinstance(obj, Token) or (isinstance(obj, ZoneInfo) and attr != "key"):
            return False
        if isinstance(obj, date) and attr in NOT_REPEATABLE:
            return False
        return super().is_safe_attribute(obj, attr, value)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call what a template calls, and count what it made."""
        owner = getattr(obj, "__self__", None)
        if isinstance(owner, str | bytes | int | list | tuple):
            _refuse_growth(obj.__name__, owner, *args, *kwargs.values())
            if obj.__name__ == "join" and args:
                args = (self._weighed(args[0], owner),)
        self.spend(STEP)
        return self.measure(super().call(context, obj, *args, **kwargs))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Calculate, unless the result alone would fill the memory."""
        if operator == "%" and isinstance(left, str | bytes):
            _refuse_wide_fields(left)
        elif operator in ("*", "**"):
            _refuse_product(operator, left, right)
        return self.measure(super().call_binop(context, operator, left, right))

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        metered = Metered(self._traces, name or "")
        tree: nodes.Template = metered.visit(super()._parse(source, name, filename))
        return tree

    def _bounded(self, name: str, own: Callable[..., Any]) -> Callable[..., Any]:
        takes_context = hasattr(own, "jinja_pass_arg")  # or the environment, as first argument

        @wraps(own)  # with Jinja2's own mark of what it wants passed
        def filtered(*args: Any, **kwargs: Any) -> Any:
            value, *others = args[1:] if takes_context else args
            _refuse_growth(name, value, *others, *kwargs.values())
            self.spend(STEP)
            if name == "join":
                value = self._weighed(value, others[0] if others else kwargs.get("d", ""))
                args = (args[0], value, *others)
            return self.measure(own(*args, **kwargs))

        return filtered

    def _weighed(self, parts: Iterable[Any], separator: Any) -> Sequence[Any]:
        """Count what is about to be joined, before it is."""
        weighed = list(parts)
        length = len(separator) if isinstance(separator, str | bytes) else 1
        self.spend(length * len(weighed))
        self.spend(sum(len(part) for part in weighed if isinstance(part, str | bytes)))
        return weighed

    def _printed(self, value: Any) -> Any:
        """Look at what an expression prints: these are printed by mistake, with an address."""
        if isinstance(value, FunctionType | MethodType | BuiltinMethodType | type):
            raise TypeError("this prints a function itself; call it: greeting(lang)")
        if isinstance(value, GeneratorType):
            raise TypeError("this prints a list that is not made yet; add | list or | join")
        return self.measure(value)


def _refuse_growth(name: str, value: Any, *others: Any) -> None:
    """Refuse a filter or a method whose result would be out of all proportion to *value*."""
    length = len(value) if isinstance(value, Sized) else 0
    sizes = [len(other) for other in others if isinstance(other, str)]
    counts = [other for other in others if isinstance(other, int)]
    if name in UNBOUNDED:
        msg = f"{name} is not for templates"
        raise SecurityError(msg)
    if name == "format":
        _refuse_wide_fields(str(value))
        return
    if any(abs(count) > NUMBER_MAX for count in counts):
        msg = f"{name} is asked for {max(counts, key=abs):,}, and {NUMBER_MAX:,} is the limit"
        raise TooMuch(msg)
    factors = {
        "replace": max(sizes, default=0),
        "indent": max([*sizes, *counts], default=0),
    }
    if name in factors and length * factors[name] > BUDGET and _grows(name, value, others):
        msg = f"{name} would make more than {BUDGET:,} characters"
        raise TooMuch(msg)


def _grows(name: str, value: Any, others: tuple[Any, ...]) -> bool:
    """Say whether the growth is real: a long text may hold little that is replaced."""
    if name != "replace" or not isinstance(value, str) or len(others) < 2:
        return True
    old, new = str(others[0]), str(others[1])
    return value.count(old) * len(new) > BUDGET


def _refuse_wide_fields(template: str | bytes) -> None:
    text = template if isinstance(template, str) else template.decode("latin-1")
    if found := WIDE.search(text.replace("%%", "").replace("{{", "").replace("}}", "")):
        msg = f"a format holds {found[0]!r}; write the width as a number below {NUMBER_MAX:,}"
        raise TooMuch(msg)


def _refuse_product(operator: str, left: Any, right: Any) -> None:
    sized, times = (left, right) if isinstance(left, Sized) else (right, left)
    if isinstance(sized, Sized) and isinstance(times, int):
        is_too_much = len(sized) * times > BUDGET
    elif isinstance(left, int) and isinstance(right, int):
        grown = left.bit_length() * right if operator == "**" else 0
        is_too_much = max(grown, left.bit_length() + right.bit_length()) > BITS_MAX
    else:
        is_too_much = False
    if is_too_much:
        msg = f"{operator} would make more than a letter can hold"
        raise TooMuch(msg)
