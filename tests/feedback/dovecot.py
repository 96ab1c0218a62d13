"""Dovecot, unpacked beside whatever the machine runs, as a process of its own on loopback."""

import getpass
import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from imapclient import IMAPClient

from newsletter.delivery.trust import make_tls
from tests.delivery.certificates import Authority, make_authority
from tests.feedback.mailbox_contract import make_mail
from tests.mail_sinks import await_port, free_port
from tests.makers import CHECKOUT

UNPACKED: Final = CHECKOUT / ".debian"
PROGRAMS: Final = UNPACKED / "usr/lib/dovecot"
MODULES: Final = b"/usr/lib/dovecot/modules"  # as it is compiled into the programs
USER, PASSWORD = "bounces@example.org", 'p@ss word\\"'
TOKEN: Final = "ya29.valid-token_0123456789"

CONF: Final = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
libexec_dir = {folder}/lib
import_environment = LD_LIBRARY_PATH
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.pem
ssl_min_protocol = TLSv1.2
auth_failure_delay = 0
auth_mechanisms = plain xoauth2
mail_location = maildir:{folder}/mail/%u
mail_plugins = acl
mailbox_list_index = no
maildir_very_dirty_syncs = no
mail_max_userip_connections = 100
mailbox_idle_check_interval = 1s
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = {folder}/users
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home/%u
}}
plugin {{
  acl = vfile
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {starttls_port}
  }}
  inet_listener imaps {{
    port = {port}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
{more}
"""
OAUTH2: Final = """
introspection_mode = auth
introspection_url = http://127.0.0.1:{port}/introspect
username_attribute = user
active_attribute = active
active_value = true
"""


@dataclass(frozen=True)
class Dovecot:
    """A running Dovecot with one user."""

    folder: Path
    port: int  # with TLS from the first byte
    starttls_port: int
    authority: Authority

    @property
    def certificates(self) -> str:
        """The certificate of its authority."""
        return self.authority.pem

    @property
    def inbox(self) -> Path:
        """The Maildir of the user's INBOX."""
        return self.folder / "mail" / USER

    def deliver(self, number: int, length: int = 0, folder: str = "") -> None:
        """Put a mail of `make_mail` into a folder."""
        self.put(make_mail(number, length), number, folder)

    def put(self, mail: bytes, number: int = 0, folder: str = "") -> None:
        """Put a mail into a folder, as a local delivery agent does; *number* is its time."""
        maildir = self.inbox / folder
        file = maildir / "tmp" / "half"
        file.write_bytes(mail)
        self._give_away(file)
        os.utime(file, (1_660_000_000 + number,) * 2)
        file.rename(maildir / "new" / f"{1_660_000_000 + number}.M{number}P7.mail")

    def empty(self) -> None:
        """Forget the user's mails, folders, flags and UIDs."""
        shutil.rmtree(self.inbox, ignore_errors=True)
        for name in ("tmp", "new", "cur"):
            (self.inbox / name).mkdir(parents=True)
        for path in (self.inbox, *self.inbox.iterdir()):
            self._give_away(path)

    def renumber(self) -> None:
        """Let Dovecot give out UIDs anew, as after a backup that was put back."""
        (self.inbox / "dovecot-uidlist").write_text(
            "3 V1234567 N1 G00000000000000000000000000000001\n"
        )
        self._give_away(self.inbox / "dovecot-uidlist")

    def allow(self, rights: str, folder: str = "") -> None:
        """Leave the owner of a folder only these rights (RFC 4314)."""
        (self.inbox / folder / "dovecot-acl").write_text(f"owner {rights}\n")
        self._give_away(self.inbox / folder / "dovecot-acl")

    @contextmanager
    def person(self) -> Iterator[IMAPClient]:
        """Log in as a person's mail program does."""
        context = make_tls(self.certificates)
        client = IMAPClient("127.0.0.1", self.port, ssl_context=context, timeout=10)
        client.login(USER, PASSWORD)
        try:
            yield client
        finally:
            client.logout()

    def flags(self, folder: str = "INBOX") -> dict[int, set[bytes]]:
        """Return the flags of each mail by its number, without \\Recent."""
        with self.person() as client:
            client.select_folder(folder, readonly=True)
            uids = client.search()
            found = client.fetch(uids, ["FLAGS", "BODY.PEEK[HEADER.FIELDS (SUBJECT)]"])
        heads = {uid: one[b"BODY[HEADER.FIELDS (SUBJECT)]"] for uid, one in found.items()}
        return {
            int(heads[uid].strip().removeprefix(b"Subject: mail ")): set(found[uid][b"FLAGS"])
            - {b"\\Recent"}
            for uid in found
        }

    def log(self) -> str:
        """Return what Dovecot wrote."""
        return (self.folder / "log").read_text()

    def _give_away(self, path: Path) -> None:
        if os.geteuid() == 0:
            shutil.chown(path, "nobody", "nogroup")


class _Introspection(BaseHTTPRequestHandler):
    """Says which token belongs to whom."""

    def do_GET(self) -> None:
        is_valid = self.headers["Authorization"] == f"Bearer {TOKEN}"
        answer = {"active": "true", "user": USER} if is_valid else {"active": "false"}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@contextmanager
def running_dovecot(more: str = "") -> Iterator[Dovecot]:
    """Run Dovecot; *more* is configuration that is added."""
    program = UNPACKED / "usr/sbin/dovecot"
    assert program.is_file(), "Dovecot is not unpacked; run: make .debian/dovecot-imapd.stamp"
    with tempfile.TemporaryDirectory(prefix="dv-", dir="/tmp") as name, _introspection() as asked:
        folder = Path(name)
        folder.chmod(0o755)
        for own in ("run", "state", "mail", "home"):
            (folder / own).mkdir()
        is_root = os.geteuid() == 0
        user = "nobody" if is_root else getpass.getuser()
        if is_root:
            for own in ("mail", "home"):
                shutil.chown(folder / own, "nobody", "nogroup")
        authority = make_authority(folder)
        authority.issue()
        dovecot = Dovecot(folder, free_port(), free_port(), authority)
        places = {"user": user, "group": (folder / "mail").group(), "more": more}
        owner = (folder / "mail").stat()
        conf = folder / "dovecot.conf"
        conf.write_text(
            CONF.format(
                folder=folder,
                uid=owner.st_uid,
                gid=owner.st_gid,
                port=dovecot.port,
                starttls_port=dovecot.starttls_port,
                **places,
            )
        )
        (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
        (folder / "oauth2.conf").write_text(OAUTH2.format(port=asked))
        dovecot.empty()
        process = subprocess.Popen(
            # What the program would do itself, but with the doveconf of the machine.
            [
                *(
                    UNPACKED / "usr/bin/doveconf",
                    "-f",
                    "service=master",
                    "-c",
                    conf,
                    "-m",
                    "master",
                ),
                *("-e", program, "-F", "-c", conf),
            ],
            env={"LD_LIBRARY_PATH": _copy_programs(folder)},
        )
        try:
            await_port(dovecot.port)
            yield dovecot
        finally:
            process.terminate()
            process.wait(10)


def _copy_programs(folder: Path) -> str:
    """
    Copy Dovecot's programs, and let them find their modules: that path is compiled in.

    Returns:
        The folders of their libraries.
    """
    modules = folder / "m"
    modules.symlink_to(PROGRAMS / "modules")
    named = bytes(folder) + b"/" * (len(MODULES) - len(bytes(modules)) + 1) + b"m"
    assert len(named) == len(MODULES), "the temporary folder's path is too long"
    libraries = folder / "lib"
    libraries.mkdir()
    for path in PROGRAMS.iterdir():
        copy = libraries / path.name
        if path.is_symlink():
            copy.symlink_to(path.readlink())
        elif path.is_file():
            copy.write_bytes(path.read_bytes().replace(MODULES, named))
            copy.chmod(0o755)
    others = (UNPACKED / "usr/lib").glob("*-linux-gnu*")
    return ":".join(map(str, [libraries, modules / "old-stats", *others]))


@contextmanager
def _introspection() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Introspection)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
