"""Postfix and Exim as strict as they can be, each a temporary instance on loopback."""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from newsletter.delivery.smtp_session import Relay
from tests.mail_sinks import await_port, free_port

CHECKOUT = Path(__file__).parents[2]
SBIN = f"{os.environ['PATH']}:/usr/sbin"
MAILBOXES = 1000  # r1@example.org and so on
EXIM_USER = "Debian-exim"  # whom Debian's Exim insists on

# Every list refuses whoever speaks before his turn (reject_unauth_pipelining), and the lists
# are looked at each in its own step and not, as is the default, all at RCPT.
MAIN_CF = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/cache
maillog_file = {folder}/log/mail
maillog_file_prefixes = {folder}/log
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = postfix.example.com
mydestination =
mynetworks = 127.0.0.0/8
local_recipient_maps =
alias_maps =
alias_database =
virtual_mailbox_domains = example.org
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{folder}/mailboxes
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_peername_lookup = no
smtpd_delay_reject = no
smtpd_client_restrictions = reject_unauth_pipelining
smtpd_helo_restrictions = reject_unauth_pipelining
smtpd_sender_restrictions = reject_unauth_pipelining
smtpd_relay_restrictions = reject_unauth_pipelining, permit_mynetworks, reject
smtpd_recipient_restrictions = reject_unauth_pipelining
smtpd_data_restrictions = reject_unauth_pipelining
smtpd_end_of_data_restrictions = reject_unauth_pipelining
"""
MASTER_CF = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

# smtp_enforce_sync is on by default, but Exim 4.96 looks away while it offers PIPECONNECT.
EXIM_CONF = """
exim_path = {exim}
keep_environment = LD_LIBRARY_PATH
spool_directory = {folder}/spool
log_file_path = {folder}/log/%s
log_selector = +pipelining
pid_file_path = {folder}/exim.pid
primary_hostname = exim.example.com
disable_ipv6
pipelining_connect_advertise_hosts = :
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
rfc1413_query_timeout = 0s
smtp_accept_max = 50
queue_only
acl_smtp_rcpt = accept
"""


@dataclass(frozen=True)
class RealRelay:
    """A running mail server."""

    relay: Relay
    folder: Path

    def log(self) -> str:
        return "".join(path.read_text() for path in (self.folder / "log").iterdir())


@dataclass(frozen=True)
class PostfixRelay(RealRelay):
    def arrived(self) -> Counter[tuple[str, str]]:
        """Count the letters in each mailbox: whose it is, and whom the letter names."""
        letters = [path for path in (self.folder / "mail").glob("*/new/*") if path.is_file()]
        return Counter((path.parts[-3], _named(path.read_bytes())) for path in letters)

    def return_paths(self) -> dict[str, str]:
        """Return the reverse-path of the letter in each mailbox, as Postfix writes it on top."""
        letters = [path for path in (self.folder / "mail").glob("*/new/*") if path.is_file()]
        found = {path.parts[-3]: path.read_bytes() for path in letters}
        return {
            name: re.findall(rb"^Return-Path: <(.*)>$", letter, re.MULTILINE)[0].decode()
            for name, letter in found.items()
        }


@dataclass(frozen=True)
class EximRelay(RealRelay):
    def arrived(self) -> Counter[tuple[str, str]]:
        """Count the letters Exim has taken over: for whom, and whom the letter names."""
        found: Counter[tuple[str, str]] = Counter()
        for head in (self.folder / "spool" / "input").glob("**/*-H"):
            recipients = re.findall(r"^(\w+)@example\.org$", head.read_text(), re.MULTILINE)
            content = head.with_name(head.name.removesuffix("H") + "D").read_bytes()
            found.update((reader, _named(content)) for reader in recipients)
        return found


def why_no_postfix() -> str | None:
    """Say why Postfix cannot be run here, if it cannot."""
    if os.geteuid() != 0:
        return "Postfix's master runs as root only"
    return None


def why_no_exim() -> str | None:
    """Say why Exim cannot be run here, if it cannot."""
    if os.geteuid() != 0 and not _has_user(EXIM_USER):
        return f"Debian's Exim wants a user {EXIM_USER}, which only root can make"
    return None


@contextmanager
def postfix_relay(
    settings: str = "", services: str = "", mailboxes: str = ""
) -> Iterator[PostfixRelay]:
    """
    Run Postfix; it delivers to the Maildirs of r1@example.org and so on.

    Args:
        settings: lines for main.cf, which count before its own.
        services: lines for master.cf.
        mailboxes: lines for the table of mailboxes, like "name@example.org name/".
    """
    postfix = shutil.which("postfix", path=SBIN)
    assert postfix, "postfix is missing: make test installs it"
    with _public_folder() as folder:
        port = free_port()
        owner = pwd.getpwnam("postfix")
        for name in ("queue", "cache", "log", "mail"):
            (folder / name).mkdir()
        for name in ("cache", "mail"):
            os.chown(folder / name, owner.pw_uid, owner.pw_gid)
        (folder / "main.cf").write_text(
            _without(MAIN_CF, settings).format(folder=folder, uid=owner.pw_uid, gid=owner.pw_gid)
            + settings
        )
        (folder / "master.cf").write_text(MASTER_CF.format(port=port) + services)
        names = [f"r{number}" for number in range(1, MAILBOXES + 1)]
        (folder / "mailboxes").write_text(
            "".join(f"{name}@example.org {name}/\n" for name in names) + mailboxes
        )
        subprocess.run([postfix, "-c", folder, "start"], check=True, capture_output=True)
        try:
            await_port(port)
            yield PostfixRelay(Relay("127.0.0.1", port), folder)
        finally:
            subprocess.run([postfix, "-c", folder, "stop"], check=True, capture_output=True)


@contextmanager
def exim_relay(settings: str = EXIM_CONF) -> Iterator[EximRelay]:
    """Run Exim, unpacked beside the machine's own mail server; it keeps what it takes."""
    unpacked = CHECKOUT / ".debian/usr/sbin/exim4"
    assert unpacked.exists(), "Exim is not unpacked; run: make .debian/exim4-daemon-light.stamp"
    [libraries] = (CHECKOUT / ".debian/usr/lib").glob("*-linux-gnu*")
    with _public_folder() as folder:
        port = free_port()
        for name in ("spool", "log", "mail"):
            (folder / name).mkdir()
            if os.geteuid() == 0:
                shutil.chown(folder / name, EXIM_USER, EXIM_USER)
        # A copy, for the set-user-ID bit would keep Exim from its libraries.
        exim = shutil.copyfile(unpacked, folder / "exim4")
        exim.chmod(0o755)
        conf = folder / "exim.conf"
        conf.write_text(settings.format(folder=folder, exim=exim, port=port))
        process = subprocess.Popen(
            [exim, "-bdf", "-C", conf], env={"LD_LIBRARY_PATH": str(libraries)}
        )
        try:
            await_port(port)
            yield EximRelay(Relay("127.0.0.1", port), folder)
        finally:
            process.terminate()
            process.wait(10)


@contextmanager
def _public_folder() -> Iterator[Path]:
    """Make a folder that the servers' own users may enter, with a path short enough."""
    with tempfile.TemporaryDirectory(prefix="relay-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def _without(conf: str, settings: str) -> str:
    """Return *conf* without the lines that *settings* has too."""
    names = {line.partition("=")[0].strip() for line in settings.splitlines()}
    kept = [line for line in conf.splitlines() if line.partition("=")[0].strip() not in names]
    return "\n".join(kept) + "\n"


def _named(letter: bytes) -> str:
    """Read whom a letter says it is for, in one place or several."""
    [found] = set(re.findall(rb"for (\w+)@example\.org alone", letter))
    return bytes(found).decode()


def _has_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
