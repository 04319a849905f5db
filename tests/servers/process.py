"""A server as a child process that cannot outlive whoever started it, and bounded waits for what it does.

Which server it is, its settings and its data never live here.
"""

import fcntl
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_TAIL: Final = 25

# It reads a pipe that only its maker holds. A line: all is well, go. The end of the file: the maker is dead, however it
# died; the server's process group must be too, and what it leaves in no test's folder must go.
_LEASH: Final = 'read -r _ || { kill -KILL -"$1"; [ -z "$2" ] || { sleep 1; rm -rf -- "$2"; }; }'


class Unavailable(Exception):  # noqa: N818 - a reason, and often none of an error
    """This machine lacks what the server is made of; the message says what to install."""


class ServerFailed(Exception):  # noqa: N818 - as it is said
    """The server is there and did not do what it should; the message ends with its log's last lines."""


def tail(log: Path) -> str:
    """The last lines of a log, set off for an error's message."""
    lines = log.read_text(errors="replace").splitlines()[-_TAIL:] if log.exists() else []
    return f"\nThe last lines of {log}:\n" + "\n".join(f"  {line}" for line in lines or ["(nothing)"])


def until(done: Callable[[], bool], seconds: float, failure: Callable[[], Exception]) -> None:
    """Wait for `done`, for so many seconds at most; then raise what `failure` makes."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise failure()
        time.sleep(0.02)


@contextmanager
def locked(path: Path, seconds: float, *, share: bool = False) -> Iterator[None]:
    """Hold a lock on a file among processes, alone or in common. The kernel lets go of it when its holder dies."""
    kind = fcntl.LOCK_SH if share else fcntl.LOCK_EX

    def taken() -> bool:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    with path.open("a") as file:
        until(taken, seconds, lambda: TimeoutError(f"{path} was held by another for {seconds:.0f} s"))
        yield


class Process:
    """A running server: in a session of its own, its output appended to `log`, killed when its maker dies.

    Then the folder it `leaves` is removed as well; while its maker lives that is the maker's.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        log: Path,
        *,
        user: int | None = None,
        leaves: Path | None = None,
    ) -> None:
        self._log = log
        self._from = log.stat().st_size if log.exists() else 0
        drop = {} if user is None else {"user": user, "group": user, "extra_groups": []}
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd="/",
                **drop,  # type: ignore[call-overload]
            )
        self.pid: int = self._child.pid
        self._leash = subprocess.Popen(
            ["/bin/sh", "-c", _LEASH, "leash", str(self.pid), str(leaves or "")],
            env={"PATH": "/usr/bin:/bin"},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def alive(self) -> bool:
        """Whether it runs; a stopped (SIGSTOP) one does."""
        return self._child.poll() is None

    def said(self) -> str:
        """What it has written since it was started."""
        with self._log.open("rb") as log:
            log.seek(self._from)
            return log.read().decode(errors="replace")

    def wait_ready(self, ready: Callable[[], bool], seconds: float, name: str) -> None:
        """Wait until it is ready; one that dies or takes too long is ended, and the error shows its last lines."""
        try:
            until(
                lambda: not self.alive or ready(),
                seconds,
                lambda: self._failure(f"{name} took over {seconds:.0f} s"),
            )
            if not self.alive:
                raise self._failure(f"{name} ended with {self._child.returncode}")
        except BaseException:
            self.end(signal.SIGKILL, 10)
            raise

    def run(self, seconds: float, name: str) -> None:
        """Wait until it has done its work; one that fails or takes too long is an error."""
        try:
            until(lambda: not self.alive, seconds, lambda: self._failure(f"{name} took over {seconds:.0f} s"))
            if self._child.returncode:
                raise self._failure(f"{name} ended with {self._child.returncode}")
        finally:
            self.end(signal.SIGKILL, 10)

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it runs."""
        if self.alive:
            self._child.send_signal(number)

    def end(self, number: signal.Signals, seconds: float) -> None:
        """End it by this signal. One that has not gone after so many seconds is killed, and that is an error."""
        self.send(number)
        try:
            self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait(10)
            raise self._failure(f"it did not end within {seconds:.0f} s of {number.name}") from None
        finally:
            self._let_go()

    def _let_go(self) -> None:
        if self._leash.poll() is None:
            self._leash.communicate(b"\n", timeout=10)

    def _failure(self, what: str) -> ServerFailed:
        return ServerFailed(what + tail(self._log))
