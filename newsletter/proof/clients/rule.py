"""The rule about mail clients: no supported client may refuse a feature of the letter."""

from collections.abc import Iterator

from newsletter.compose.press import FOLDER, HTML_LETTER
from newsletter.phrases import Phrase, phrase
from newsletter.proof.clients.allowances import ALLOWANCES, UNASKED
from newsletter.proof.clients.features import Support, look_up, uses
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.material import Material


def check_clients(material: Material) -> Iterator[Finding]:
    """Find HTML and CSS that some client refuses; reports a site's own template if one uses it."""
    support = material.support
    if support is None:
        return
    for kind, edition in material.composition.editions.items():
        for complaint in complaints_about(edition.html, support):
            place = _used_in(str(complaint.fields["feature"]), material, support)
            yield Finding("clients", Severity.ADVISES, place, None, kind, complaint)


def _used_in(feature: str, material: Material, support: Support) -> str:
    """Return the name of the site's own file that uses *feature*, if there is one."""
    for name in sorted(material.look.own if material.look else ()):
        source = material.look.press.sources[name] if material.look else ""
        page = f"<html><style>{source}</style></html>" if name.endswith(".css") else source
        if (
            name.endswith((".css", ".html.j2"))
            and source.strip()
            and feature in uses(page, support)
        ):
            return FOLDER + name
    return FOLDER + HTML_LETTER


def complaints_about(html: str, support: Support) -> list[Phrase]:
    """Return the features that a client refuses and that are not listed as allowed."""
    allowed = {(name, client) for name, (clients, _) in ALLOWANCES.items() for client in clients}
    answers = look_up(html, support)
    by_feature: dict[str, list[str]] = {}
    for feature, client in sorted(answers.refused - allowed):
        by_feature.setdefault(feature, []).append(client)
    complaints = [
        phrase("proof.client-refuses", feature=feature, clients=clients)
        for feature, clients in by_feature.items()
    ]
    return complaints + [
        phrase("proof.client-unknown", feature=use)
        for use in sorted(answers.unasked - set(UNASKED))
    ]
