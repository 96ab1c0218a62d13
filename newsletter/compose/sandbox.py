"""The sandbox that templates run in: limits their access, time and memory."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import wraps
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import FunctionLoader, StrictUndefined, nodes
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markdown_it.token import Token

from newsletter.compose.growth import (
    AS_GIVEN,
    BUDGET,
    TooMuch,
    refuse_addresses,
    refuse_growth,
    weigh,
)
from newsletter.compose.metering import MEASURED, PUT_TOGETHER, STEP, Metered, Traces
from newsletter.phrases import phrase

# Each of these gives a different letter, and so a different digest, every time.
NOT_REPEATABLE: Final = frozenset(
    {"today", "now", "utcnow", "fromtimestamp", "utcfromtimestamp", "random", "lipsum"}
)

Found = tuple[str, str, None] | None


class Sandbox(ImmutableSandboxedEnvironment):
    """
    Jinja2's sandbox, with limits on the time and memory of a template.

    As in every sandbox of Jinja2, templates cannot access private attributes, files or
    modules, and cannot change passed-in values. In addition, all results are the same on every
    day, and the output of a template is counted: a character is one, a step of a loop is `STEP`.
    A full `BUDGET` takes seconds; one expression may exceed it once.
    """

    # Large because the budget is counted in each place where Jinja2 runs a template's code, and
    # these places are overridden methods of one class.

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(
        self,
        find: Callable[[str], Found],
        *,
        escape: Callable[[str | None], bool],
        traces: Traces | None = None,
    ) -> None:
        """
        Create a sandbox without templates.

        Args:
            find: returns a template's source by its name, and the name for error messages.
            escape: returns whether a template, by its name, escapes its output for HTML.
            traces: collects the place of each tag of the templates; see `Traces`.
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
        self.filters[PUT_TOGETHER] = self._put_together

    def add_filter(self, name: str, own: Callable[..., Any]) -> None:
        """Add a filter of ours for templates."""
        self.filters[name] = self._bounded(name, own)

    def fill(self, name: str, values: dict[str, Any]) -> str:
        """
        Fill a template; exceptions of its expressions are passed on.

        Raises:
            TooMuch: it runs endlessly, or produces more than a letter can contain.
        """
        self._left = BUDGET
        return self.get_template(name).render(values)

    def measure(self, value: Any) -> Any:
        """Count the characters of *value*, and return it."""
        self.spend(len(value) if isinstance(value, str | bytes | list | tuple) else 1)
        return value

    def spend(self, cost: int) -> str:
        """Count the cost of a step; instrumented templates call this: see `Metered`."""
        self._left -= cost
        if self._left < 0:
            raise TooMuch(phrase("compose.runs-without-end", limit=BUDGET))
        return ""

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Guard ``str.format``, which Jinja2 wraps for templates."""
        guarded = super().wrap_str_format(value)
        if guarded is None:
            return None

        @wraps(guarded)
        def filled(*args: Any, **kwargs: Any) -> str:
            refuse_addresses(*args, *kwargs.values())
            refuse_growth("format", value.__self__, *args, *kwargs.values())
            return guarded(*args, **kwargs)

        return filled

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Return whether a template may access *attr*: not private, not mutating or mutable."""
        if isinstance(obj, Token) or (isinstance(obj, ZoneInfo) and attr != "key"):
            return False
        if isinstance(obj, date) and attr in NOT_REPEATABLE:
            return False
        return super().is_safe_attribute(obj, attr, value)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call *obj* for a template, and count the result."""
        owner = getattr(obj, "__self__", None)
        if isinstance(owner, str | bytes | int | list | tuple):
            refuse_growth(obj.__name__, owner, *args, *kwargs.values())
            if obj.__name__ == "join" and args:
                args = (self._weighed(args[0], owner),)
        self.spend(STEP)
        return self.measure(super().call(context, obj, *args, **kwargs))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Apply a binary operator, unless the result would fill the memory."""
        if operator != "%" or isinstance(left, str | bytes):
            refuse_growth(operator, left, right)
            refuse_addresses(*([right] if operator == "%" else []))
        return self.measure(super().call_binop(context, operator, left, right))

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        metered = Metered(self._traces, name or "")
        tree: nodes.Template = metered.visit(super()._parse(source, name, filename))
        return tree

    def _bounded(self, name: str, own: Callable[..., Any]) -> Callable[..., Any]:
        takes_context = hasattr(own, "jinja_pass_arg")  # context or environment as first argument

        @wraps(own)  # keeps Jinja2's own mark of the argument that it passes
        def filtered(*args: Any, **kwargs: Any) -> Any:
            value, *others = args[1:] if takes_context else args
            refuse_growth(name, value, *others, *kwargs.values())
            self.spend(STEP)
            if name not in AS_GIVEN:
                refuse_addresses(value, *others)
                self.spend(weigh(value))
            elif name == "join":
                value = self._weighed(value, others[0] if others else kwargs.get("d", ""))
                args = (args[0], value, *others)
            return self.measure(own(*args, **kwargs))

        return filtered

    def _weighed(self, parts: Iterable[Any], separator: Any) -> Sequence[Any]:
        """Count the parts of a join before they are joined."""
        weighed = list(parts)
        length = len(separator) if isinstance(separator, str | bytes) else 1
        self.spend(length * len(weighed))
        refuse_addresses(weighed)
        self.spend(weigh(weighed))
        return weighed

    def _printed(self, value: Any) -> Any:
        """Check the value that an expression prints, and count it before conversion to text."""
        refuse_addresses(value)
        self.spend(weigh(value))
        return value

    def _put_together(self, value: Any) -> Any:
        """Check an operand of ``~``; the resulting text is counted when it is made."""
        refuse_addresses(value)
        self.spend(0 if isinstance(value, str) else weigh(value))
        return value
