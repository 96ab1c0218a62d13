"""Instruments templates before they run: counters where text grows, marks before tags."""

import re
from typing import Any, Final

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

STEP: Final = 40  # cost of a loop step, in characters
MEASURED: Final = "measured"  # the filter that `Metered` adds to nodes that grow text
PUT_TOGETHER: Final = "put_together"  # the filter that `Metered` adds to the operands of ~
TAG_START: Final = re.compile(r"<(?=[A-Za-z/!])")


class Traces:
    """Marks before every tag of a template that identify its file and line."""

    def __init__(self) -> None:
        self._places: list[tuple[str, int]] = []

    def marked(self, text: str, name: str, line: int) -> str:
        """Return *text*, which starts on *line* of the template *name*, with marks."""

        def mark(found: re.Match[str]) -> str:
            self._places.append((name, line + text.count("\n", 0, found.start())))
            return f"\ue000{len(self._places) - 1}\ue001{found[0]}"

        return TAG_START.sub(mark, text)

    def place(self, number: int) -> tuple[str, int]:
        """Return the template and the line of a mark."""
        return self._places[number]


class Metered(NodeTransformer):
    """Adds a counter to every loop, and to every node that concatenates text."""

    def __init__(self, traces: Traces | None, name: str) -> None:
        self._traces = traces
        self._name = name

    def _mark_text(self, node: nodes.TemplateData) -> nodes.Node:
        if self._traces:
            node.data = self._traces.marked(node.data, self._name, node.lineno)
        return node

    visit_TemplateData = _mark_text  # noqa: N815 - Jinja2's name for text between braces

    def visit_Template(self, node: nodes.Template) -> nodes.Node:  # noqa: N802 - Jinja2's names
        return self._counted(node)

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        return self._counted(node)

    def visit_Macro(self, node: nodes.Macro) -> nodes.Node:  # noqa: N802
        return self._counted(node)

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.Node:  # noqa: N802
        return self._counted(node)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.nodes = [_filtered(one, PUT_TOGETHER, node.lineno) for one in node.nodes]
        return _filtered(node, MEASURED, node.lineno)

    def visit_AssignBlock(self, node: nodes.AssignBlock) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.filter = _filtered(node.filter, MEASURED, node.lineno)
        return node

    def _counted(self, node: Any) -> nodes.Node:
        plain = sum(len(text.data) for text in node.find_all(nodes.TemplateData))
        self.generic_visit(node)
        spend = nodes.Call(
            nodes.EnvironmentAttribute("spend"), [nodes.Const(STEP + plain)], [], None, None
        )
        step = nodes.ExprStmt(spend).set_lineno(node.lineno)
        node.body.insert(0, step)
        return node  # type: ignore[no-any-return] # all four have a body, their base has not


def _filtered(node: nodes.Node | None, name: str, line: int) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=line)
