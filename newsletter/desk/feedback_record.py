"""Opens the record of what came back."""

from newsletter.app.site import Site
from newsletter.desk.languages import main_language
from newsletter.errors import ContentError
from newsletter.feedback.book import FeedbackRecord
from newsletter.lang import Lang


def open_record(site: Site) -> FeedbackRecord:
    """Open the recorded events; they can be read while publication.yaml has a fault."""
    try:
        lang = main_language(site.publication)
    except ContentError:
        lang = next(iter(Lang))
    return site.records.feedback_record(lang)
