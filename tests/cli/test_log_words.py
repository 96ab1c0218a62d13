"""What other rooms log for operators is shown in their language."""

import logging

import pytest

from newsletter.cli.log_words import InWords
from newsletter.cli.wording import use_language
from newsletter.phrases import phrase


@pytest.mark.parametrize(("language", "shown"), [("en", "a folder"), ("ko", "폴더")])
def test_a_phrase_that_is_logged_is_worded(
    language: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", "en")  # to be put back
    use_language(language)

    assert InWords().format(logged(phrase("files.folder"))) == shown


def test_a_line_for_developers_stays_as_it_is() -> None:
    assert InWords().format(logged("delivery %d", 7)) == "delivery 7"


def logged(message: object, *values: object) -> logging.LogRecord:
    return logging.LogRecord("newsletter", logging.WARNING, "", 0, message, values, None)
