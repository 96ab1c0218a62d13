"""The system's error messages as phrases: the system itself has them in English only."""

import errno
from collections.abc import Mapping
from typing import Final

from newsletter.phrases import Phrase, phrase

# The English texts are those of strerror(3) of Linux.
WORDS: Final[Mapping[int, Phrase]] = {
    errno.ENOENT: phrase("system.no-such-file"),
    errno.EACCES: phrase("system.no-right"),
    errno.EPERM: phrase("system.not-permitted"),
    errno.EEXIST: phrase("system.is-there"),
    errno.EISDIR: phrase("system.is-folder"),
    errno.ENOTDIR: phrase("system.no-folder"),
    errno.ENOTEMPTY: phrase("system.folder-not-empty"),
    errno.ENOSPC: phrase("system.disk-full"),
    errno.EDQUOT: phrase("system.quota-reached"),
    errno.EROFS: phrase("system.read-only"),
    errno.EIO: phrase("system.disk-fault"),
    errno.EBUSY: phrase("system.in-use"),
    errno.EFBIG: phrase("system.file-too-large"),
    errno.ENAMETOOLONG: phrase("system.name-too-long"),
    errno.ELOOP: phrase("system.too-many-links"),
    errno.EMFILE: phrase("system.too-many-files"),
    errno.ENFILE: phrase("system.too-many-files-at-all"),
    errno.EINVAL: phrase("system.wrong-argument"),
    errno.EXDEV: phrase("system.other-disk"),
    errno.ENOMEM: phrase("system.no-memory"),
    errno.EPIPE: phrase("system.pipe-broken"),
    errno.ECONNREFUSED: phrase("system.connection-refused"),
    errno.ECONNRESET: phrase("system.connection-reset"),
    errno.ECONNABORTED: phrase("system.connection-aborted"),
    errno.ETIMEDOUT: phrase("system.timed-out"),
    errno.EHOSTUNREACH: phrase("system.no-route"),
    errno.ENETUNREACH: phrase("system.network-unreachable"),
    errno.EADDRNOTAVAIL: phrase("system.address-unavailable"),
    errno.EADDRINUSE: phrase("system.address-in-use"),
}
