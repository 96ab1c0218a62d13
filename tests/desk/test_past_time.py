"""What is past its time goes with ``erase --due`` alone, where no server runs."""

from datetime import timedelta
from pathlib import Path

from newsletter.storage.mail_tables import mails
from tests.web.house import House

CONFIRMED, UNCONFIRMED = "confirmed@example.net", "unconfirmed@example.net"


def requests_of(house: House) -> set[tuple[str, bool]]:
    """Return the addresses of mails, and whether a network is kept with them."""
    with house.site.records.database.connect() as connection:
        rows = connection.execute(mails.select()).all()
        return {(row.address, row.network is not None) for row in rows}


def erase_due(house: House, after: timedelta) -> None:
    house.site.now += after
    house.stage.run("subscribers", "erase", "--due")
    house.open()


def test_unconfirmed_requests_and_networks_go_after_a_week(tmp_path: Path) -> None:
    house = House(tmp_path / "site", readers=1)
    house.subscribe(address=CONFIRMED)
    house.ask(address=UNCONFIRMED)

    erase_due(house, timedelta(days=6))
    assert {(CONFIRMED, True), (UNCONFIRMED, True)} <= requests_of(house)

    erase_due(house, timedelta(days=2))
    assert requests_of(house) == {(CONFIRMED, False)}
