"""Ports that are a test's own until its process ends, though nobody listens there yet, or for a while no more."""

import errno
import fcntl
import os
import random
import socket
import tempfile
from functools import cache
from typing import Final

# Below where systems take a client's own port from: one that calls a dead server must not be given the server's port.
_PORTS: Final = range(20_000, 32_000)

_given: Final[set[int]] = set()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on, that no other test is given, and no client as its own."""
    chance = random.SystemRandom()  # tests seed the common one, all alike
    while True:
        port = chance.choice(_PORTS)
        if port not in _given and _is_ours(port) and _nobody_listens(port):
            _given.add(port)
            return port


def _is_ours(port: int) -> bool:
    """Whether no other process of this user has been given it: each is one byte's lock, which ends with its holder."""
    try:
        fcntl.lockf(_locks(os.getpid()), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EAGAIN):
            raise
        return False
    return True


@cache
def _locks(_process: int) -> int:
    """The file of the locks; a process that was forked opens it itself."""
    path = os.path.join(tempfile.gettempdir(), f"wakeful-test-ports-{os.getuid()}.lock")
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _nobody_listens(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
