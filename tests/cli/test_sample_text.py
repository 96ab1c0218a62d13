"""No mail goes to readers in the name of an office that does not exist."""

from pathlib import Path

import pytest

from tests.stage.site import Stage

RELAY = {"NEWSLETTER_MAIL_URL": "smtp://127.0.0.1:1", "NEWSLETTER_PUBLIC_URL": "https://n.example"}


@pytest.mark.parametrize("words", [("notices", "send"), ("mails", "send")])
def test_mails_are_refused_while_publication_yaml_is_the_starters(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    Stage(tmp_path, {}).run("init", ".")

    refused = Stage(tmp_path, RELAY).run(*words, status=1)

    assert "issues/publication.yaml:" in refused
    assert "sender.name.ko still says" in refused
    assert "contact.address.en still says" in refused


def test_a_rehearsal_may_have_the_starters_text(tmp_path: Path) -> None:
    stage = Stage(tmp_path, {})
    stage.run("init", ".")

    stage.run("mails", "send")
