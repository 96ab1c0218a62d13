"""Two programs that verify DKIM signatures and know nothing of ours: dkimpy and OpenDKIM."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import dkim

from newsletter.message.dkim_key import Algorithm, SigningKey, make_key, read_key

DOMAIN: Final = "example.org"
UNPACKED: Final = Path(__file__).resolve().parent.parent.parent / ".debian"
OPENDKIM: Final = UNPACKED / "usr" / "sbin" / "opendkim"


@cache
def keys_for_tests() -> Mapping[str, SigningKey]:
    """Make one key of each kind, by selector; the same for a whole test run."""
    return {f"{one}-1": read_key(make_key(one)) for one in Algorithm}


def dns_records(keys: Mapping[str, SigningKey]) -> dict[str, str]:
    """Return what DNS would hold, by name without a dot at its end."""
    return {f"{selector}._domainkey.{DOMAIN}": key.record for selector, key in keys.items()}


def verdicts_of_dkimpy(mime: bytes, records: Mapping[str, str]) -> list[bool]:
    """Say for each signature whether dkimpy accepts it."""

    def ask(name: bytes, timeout: int = 0) -> bytes:
        del timeout
        return records.get(name.decode().rstrip("."), "").encode()

    count = len(re.findall(rb"(?im)^DKIM-Signature:", mime.partition(b"\r\n\r\n")[0]))
    verdicts = []
    for at in range(count):
        try:
            verdicts.append(bool(dkim.DKIM(mime).verify(idx=at, dnsfunc=ask)))
        except dkim.DKIMException:
            verdicts.append(False)
    return verdicts


def verdicts_of_opendkim(
    letters: Sequence[bytes], records: Mapping[str, str], folder: Path
) -> list[list[str]]:
    """
    Say for each letter what OpenDKIM makes of each of its signatures: "pass" or "fail".

    Args:
        letters: verified one after the other by one process.
        records: what DNS holds.
        folder: for its files; must be empty.
    """
    assert OPENDKIM.is_file(), "OpenDKIM is not unpacked; run: make .debian/opendkim.stamp"
    names = [folder / f"{number}.eml" for number in range(len(letters))]
    for name, letter in zip(names, letters, strict=True):
        name.write_bytes(letter)
    lines = [f"{name} {record}\n" for name, record in records.items()]
    (folder / "dns.txt").write_text("".join(lines))
    (folder / "opendkim.conf").write_text(
        f"Mode v\nSyslog no\nTestDNSData {folder}/dns.txt\nTemporaryDirectory {folder}\n"
    )
    libraries = UNPACKED / "usr" / "lib"
    places = [str(libraries), *map(str, libraries.glob("*-linux-gnu*"))]
    ended = subprocess.run(
        [OPENDKIM, "-x", folder / "opendkim.conf", "-t", ",".join(map(str, names)), "-vvv"],
        env={**os.environ, "LD_LIBRARY_PATH": ":".join(places)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    results = re.findall(
        r"hname='Authentication-Results' hvalue='(.*?)'\n", ended.stdout, re.DOTALL
    )
    assert len(results) == len(letters), ended.stdout + ended.stderr
    return [re.findall(r"\bdkim=(\w+)", result) for result in results]
