"""newsletter feedback explain: say what mails are and what reading them would do."""

import json
from pathlib import Path
from typing import Any, Final

import click

from newsletter.app.site import Site
from newsletter.cli.returned.explaining import Explainer
from newsletter.cli.returned.naming import (
    name_action,
    name_class,
    name_kind,
    name_proof,
    name_reason,
)
from newsletter.cli.wording import _, say, tell
from newsletter.desk.feedback import Explained
from newsletter.feedback.effects import Action
from newsletter.feedback.event import BounceClass, Kind, Proof
from newsletter.files import open_regular_file, reason_of
from newsletter.subscribers.address import printable

COLUMN: Final = 10  # cells of a label


@click.command()
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option("--json", "as_json", is_flag=True, help="One line a file, for machines.")
@click.pass_context
def explain(ctx: click.Context, files: tuple[Path, ...], as_json: bool) -> None:
    """
    Say what each FILE is, a mail that came back, and what 'feedback read' would do with it.

    Nothing is done and nothing is recorded. Outside of a newsletter's folder nothing can be
    proven, so nothing would be done.
    """
    site: Site = ctx.obj
    explainer, has_fault = Explainer(site), False
    for file in files:
        try:
            with open_regular_file(file) as mail:
                explained = explainer.explain(mail)
        except OSError as error:
            has_fault = True
            fault = say(reason_of(error))
            click.echo(
                json.dumps(_unread(file, fault), ensure_ascii=False)
                if as_json
                else f"{printable(str(file))}: {fault}"
            )
            continue
        if as_json:
            click.echo(json.dumps(_fields(file, explained), ensure_ascii=False))
        else:
            _describe(file, explained)
    if explainer.fault:
        click.echo(f"newsletter: {explainer.fault}", err=True)
    ctx.exit(1 if has_fault or explainer.fault else 0)


def _fields(file: Path, one: Explained) -> dict[str, Any]:
    found = one.event.understood
    diagnosis = found.diagnosis
    return {
        "file": printable(str(file)),
        "kind": found.kind,
        "class": BounceClass.NONE if diagnosis is None else diagnosis.bounce_class,
        "reason": diagnosis and diagnosis.reason,
        "status": (diagnosis and diagnosis.status) or None,
        "code": (diagnosis and diagnosis.code) or None,
        "recipient": found.recipient or None,
        "delivery": one.delivery or None,
        "trusted": one.is_trusted,
        "action": one.action,
    }


def _unread(file: Path, fault: str) -> dict[str, Any]:
    return {
        "file": printable(str(file)),
        "kind": Kind.OTHER,
        "class": BounceClass.NONE,
        **dict.fromkeys(("reason", "status", "code", "recipient", "delivery")),
        "trusted": False,
        "action": Action.KEEP,
        "error": fault,
    }


def _describe(file: Path, one: Explained) -> None:
    found, diagnosis = one.event.understood, one.event.understood.diagnosis
    click.echo(f"{printable(str(file))}:")
    kind = name_kind(found.kind)
    if diagnosis is not None:
        words = (name_class(diagnosis.bounce_class), name_reason(diagnosis.reason))
        kind = f"{kind}: {', '.join(filter(None, words))}"
    tell("is", kind, cells=COLUMN)
    if diagnosis is not None and (diagnosis.code or diagnosis.status):
        tell("code", " ".join(filter(None, (diagnosis.code, diagnosis.status))), cells=COLUMN)
    if one.event.words:
        tell("says", printable(one.event.words), cells=COLUMN)
    if found.recipient:
        tell("to", printable(found.recipient), cells=COLUMN)
    proof = name_proof(one.event.whose.proof if one.is_trusted else Proof.NONE)
    if one.delivery:
        proof = _("{proof} ({delivery})", proof=proof, delivery=one.delivery)
    tell("proof", proof, cells=COLUMN)
    if one.is_check:
        action = _("the test mail to this mailbox: it has arrived")
    else:
        action = name_action(one.action)
    tell("does", action, cells=COLUMN)
    click.echo()
