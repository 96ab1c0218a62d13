"""A name server on loopback, with zones of our own and the moods of real ones."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

POLL_S = 0.05
CLIENT_S = 5
TTL = 60


class Mood(Enum):
    """How questions about a name are answered."""

    SERVFAIL = auto()
    SILENT = auto()
    CUT_OFF = auto()  # by UDP; nobody answers by TCP
    BY_TCP = auto()  # cut off by UDP, whole by TCP


@dataclass
class Zone:
    """Records by name and type, as zone files write them; changed before it is served."""

    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    moods: dict[str, Mood] = field(default_factory=dict)

    def put(self, name: str, kind: str, *values: str) -> "Zone":
        """Replace the records of a name and type."""
        self.records[name, kind] = list(values)
        return self

    def text(self, name: str, *values: str) -> "Zone":
        """Replace the TXT records of a name, each in strings of at most 255 octets."""
        return self.put(name, "TXT", *map(quoted, values))

    def remove(self, name: str, kind: str) -> "Zone":
        """Remove the records of a name and type."""
        del self.records[name, kind]
        return self

    def mood(self, name: str, mood: Mood) -> "Zone":
        """Answer questions about a name in another way."""
        self.moods[name] = mood
        return self

    def exists(self, name: str) -> bool:
        """Return whether there is anything at *name* or below."""
        return any(one == name or one.endswith(f".{name}") for one, _ in self.records)


def quoted(value: str) -> str:
    """Write a TXT record as in zone files."""
    parts = [value[at : at + 255] for at in range(0, len(value), 255)] or [""]
    return " ".join('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in parts)


def answer(zone: Zone, question: bytes, *, by_tcp: bool) -> bytes | None:
    """Answer a question in wire form; None: not at all."""
    query = dns.message.from_wire(question)
    [asked] = query.question
    reply = dns.message.make_response(query, recursion_available=True)
    name = asked.name.to_text(omit_final_dot=True).lower()
    match zone.moods.get(name):
        case Mood.SILENT:
            return None
        case Mood.SERVFAIL:
            reply.set_rcode(dns.rcode.SERVFAIL)
            return reply.to_wire()
        case Mood.CUT_OFF | Mood.BY_TCP as mood if not by_tcp or mood is Mood.CUT_OFF:
            if by_tcp:
                return None
            reply.flags |= dns.flags.TC
            return reply.to_wire()
    kind = dns.rdatatype.to_text(asked.rdtype)
    for _ in range(5):
        if alias := zone.records.get((name, "CNAME")):
            reply.answer.append(_rrset(name, "CNAME", alias))
            name = alias[0].rstrip(".").lower()
    if values := zone.records.get((name, kind)):
        reply.answer.append(_rrset(name, kind, values))
    else:
        soa = ["ns.example.org. hostmaster.example.org. 1 3600 600 86400 60"]
        reply.authority.append(_rrset(name.split(".")[-1], "SOA", soa))
        if not zone.exists(name):
            reply.set_rcode(dns.rcode.NXDOMAIN)
    return reply.to_wire(max_size=65_535)


def _rrset(name: str, kind: str, values: list[str]) -> dns.rrset.RRset:
    return dns.rrset.from_text_list(f"{name}.", TTL, "IN", kind, values)


class NameServer:
    """Answers by UDP and TCP on one port until it is closed."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.questions = 0
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for _ in range(50):  # until the same port is free for TCP
            self._udp.bind(("127.0.0.1", 0))
            self.port: int = self._udp.getsockname()[1]
            try:
                self._tcp = socket.create_server(("127.0.0.1", self.port))
                break
            except OSError:
                self._udp.close()
                self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.settimeout(POLL_S)
        self._tcp.settimeout(POLL_S)
        self._leaving = threading.Event()
        self._threads = [
            threading.Thread(target=self._serve_udp),
            threading.Thread(target=self._serve_tcp),
        ]

    @property
    def address(self) -> str:
        """The address as NEWSLETTER_RESOLVER has it."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self._leaving.set()
        for thread in self._threads:
            thread.join(CLIENT_S)
        self._udp.close()
        self._tcp.close()

    def _serve_udp(self) -> None:
        while not self._leaving.is_set():
            with suppress(TimeoutError):
                question, client = self._udp.recvfrom(4096)
                self.questions += 1
                if reply := answer(self.zone, question, by_tcp=False):
                    self._udp.sendto(reply, client)

    def _serve_tcp(self) -> None:
        while not self._leaving.is_set():
            with suppress(TimeoutError):
                client, _ = self._tcp.accept()
                with client:
                    self._answer_by_tcp(client)

    def _answer_by_tcp(self, client: socket.socket) -> None:
        client.settimeout(CLIENT_S)
        with suppress(OSError, struct.error):
            [length] = struct.unpack("!H", client.recv(2, socket.MSG_WAITALL))
            question = client.recv(length, socket.MSG_WAITALL)
            if reply := answer(self.zone, question, by_tcp=True):
                client.sendall(struct.pack("!H", len(reply)) + reply)


@contextmanager
def serving(zone: Zone) -> Iterator[NameServer]:
    """Serve a zone for as long as the block lasts."""
    server = NameServer(zone)
    server.start()
    try:
        yield server
    finally:
        server.close()
