"""``newsletter check``: proofread an issue in both languages."""

import json

import click

from newsletter.app.proofing import proof_issue
from newsletter.app.site import Site
from newsletter.cli.memory import spare_looking
from newsletter.errors import ContentError


@click.command()
@click.argument("issue")
@click.option("--json", "as_json", is_flag=True, help="For machines; always JSON.")
@click.option("--strict", is_flag=True, help="Exit with status 1 on advice too.")
@click.option("--online", is_flag=True, help="Also open every link once to check that it works.")
@click.pass_context
def check(ctx: click.Context, issue: str, *, as_json: bool, strict: bool, online: bool) -> None:
    """
    Proofread ISSUE: do both languages say the same, and can every mail program show it?

    Exits with status 1 if anything blocks. docs/proof.md explains every rule.
    """
    spare_looking(ctx)
    site: Site = ctx.obj
    from newsletter.cli import promises  # noqa: PLC0415
    from newsletter.cli.proof_table import show_report  # noqa: PLC0415

    report = proof_issue(site, issue, online=online)
    outdated = promises.find_outdated(site, issue, report.digests)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "issue": report.issue,
                    "digest": report.digest,
                    "blocking": report.blocking,
                    "findings": [
                        {
                            "rule": finding.rule,
                            "severity": finding.severity,
                            "file": finding.file,
                            "line": finding.line,
                            "edition": finding.edition,
                            "message": str(finding.message),
                        }
                        for finding in report.findings
                    ],
                    "notes": list(map(str, report.notes)),
                    "outdated": promises.as_json(outdated),
                },
                ensure_ascii=False,
                indent=2,
            )
        )
    else:
        show_report(report)
        promises.show_outdated(site, issue, outdated)
    if report.blocking or (strict and report.findings):
        ctx.exit(ContentError.exit_status)
