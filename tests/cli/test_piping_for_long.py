"""Where a mail server hands mails over one by one, the kept ones go in time all the same."""

from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.errors import ContentError
from tests.feedback.returning import ReturningStage, answer

WRITER = "somebody@else.example.com"


def kept(stage: ReturningStage) -> list[Path]:
    return list((stage.root / "feedback").glob("*.eml"))


def test_old_mails_are_deleted_when_one_is_handed_over(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path, readers=1)
    stage.pipe(answer("first", sender=WRITER))
    part = tmp_path / "feedback" / f".{'0' * 40}-person.eml.7.part"
    part.write_bytes(b"half")
    [first] = kept(stage)

    stage.site.now += timedelta(days=36_500)
    stage.pipe(answer("second", sender=WRITER))

    [second] = kept(stage)
    assert second != first
    assert not part.exists()
    with stage.site.records.database.connect() as connection:
        names = connection.exec_driver_sql("SELECT kept_as FROM feedback_events ORDER BY id")
        assert [name for (name,) in names] == [None, second.name]


@pytest.mark.parametrize("fault", [OSError("no disk"), ContentError("no order")])
def test_a_mail_that_is_read_is_not_handed_over_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def fail(_: object) -> None:
        raise fault

    stage = ReturningStage(tmp_path, readers=1)
    monkeypatch.setattr("newsletter.cli.returned.read.delete_old_at_times", fail)

    said = stage.pipe(answer("first", sender=WRITER), status=0)

    assert "no " in said
    assert len(stage.events()) == 1


def test_a_folder_that_is_a_link_is_named_and_the_mail_stays(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path, readers=1)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "feedback").symlink_to("elsewhere")

    said = stage.pipe(answer("first", sender=WRITER), status=75)

    assert f"{tmp_path / 'feedback'}: Too many levels of symbolic links" in said
    assert list((tmp_path / "elsewhere").iterdir()) == []
