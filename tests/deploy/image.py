"""The image of the service without a container: what its Dockerfile copies, in a folder that nobody writes."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from tests.deploy.dockerfile import stages
from tests.deploy.files import ROOT

WITHOUT_TRAINING: Final = ROOT / ".venv-service" / "bin" / "python"
PATIENCE: Final = 60.0

Tree = Mapping[str, tuple[int, int]]
"""Size and time of last change of every file."""


class Image:
    """Its files under `root`, a place for each of its volumes, and its environment."""

    def __init__(self, root: Path) -> None:
        service = stages()["service"]
        self.root = root
        self.app = root / "app"
        self.volumes = root / "volumes"
        for sources, target in stages()["application"].copied:
            for source in sources:
                left_out = shutil.ignore_patterns("__pycache__", "*.pyc")
                shutil.copytree(ROOT / source, self.app / target, ignore=left_out)
        self._python = str(WITHOUT_TRAINING if WITHOUT_TRAINING.exists() else sys.executable)
        user = int(service.only("USER").split(":")[0])
        self._guard = next(each for each in _guards(user) if self._works(each))
        self.user = user if "--reuid" in self._guard else os.geteuid()
        compiled = ("-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash")
        subprocess.run([self._python, *compiled, "features", "service", "image"], cwd=self.app, check=True)
        self.places = {"/app": str(self.app)}
        for name in ("journal", "keys", "secrets", "tmp"):
            place = self.volumes / name
            place.mkdir(parents=True)
            os.chown(place, self.user, -1)
            self.places[f"/var/lib/nerveroot/{name}"] = str(place)
        self._stated = {name: self.here(value) for name, value in service.variables.items() if name != "PATH"}
        self._entrypoint = [self.here(word) for word in service.words("ENTRYPOINT")[1:]]
        self._command = service.words("CMD")
        self._health = [self.here(word) for word in service.words("HEALTHCHECK")[1:]]
        for each in (self.app, *self.app.rglob("*")):
            each.chmod(0o555 if each.is_dir() else 0o444)

    def here(self, text: str) -> str:
        """A text of the Dockerfile, places in the image replaced by those on this machine."""
        for place, own in self.places.items():
            text = text.replace(place, own)
        return text

    def secret(self, name: str, value: str) -> None:
        """State a secret as a file."""
        (self.volumes / "secrets" / name).write_text(value + "\n")

    def run(self, *command: str, **stated: str) -> subprocess.CompletedProcess[str]:
        """What a container says that runs `command` to its end."""
        return self._run([*self._entrypoint, *self._programmed(command)], self._environment(stated))

    def healthy(self, **stated: str) -> bool:
        """What the health check of the image says."""
        return self._run(self._health, self._environment(stated)).returncode == 0

    @contextmanager
    def serving(self, **stated: str) -> Iterator[subprocess.Popen[bytes]]:
        """A container that runs the command of the image, until the block ends; its log is in `volumes`."""
        with (self.volumes / "log").open("wb") as log:
            process = subprocess.Popen(
                [*self._guard, self._python, *self._entrypoint, *self._programmed(self._command)],
                env=self._environment(stated),
                cwd=self.app,
                stderr=log,
            )
        try:
            yield process
        finally:
            process.terminate()  # of no effect where it has ended
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
            process.kill()

    def log(self) -> str:
        """What the service said."""
        return (self.volumes / "log").read_text(encoding="utf-8")

    def tree(self) -> Tree:
        """Every file of the image, so that a change is seen."""
        found = {}
        for each in sorted(self.app.rglob("*")):
            status = each.stat()
            found[str(each)] = (status.st_size, status.st_mtime_ns)
        return found

    def _works(self, guard: Sequence[str]) -> bool:
        """Whether the environment of the service can be used that way."""
        # Twice, as the entry point begins another: the first is begun with what rights there were before.
        begins_another = "import onnxruntime, os, sys; os.execv(sys.executable, [sys.executable, '-c', ''])"
        command = [*guard, self._python, "-c", begins_another]
        with suppress(OSError):
            return subprocess.run(command, cwd="/", capture_output=True, check=False).returncode == 0
        return False

    def _programmed(self, command: Sequence[str]) -> list[str]:
        return [self._python if word == "python" else word for word in command]

    def _environment(self, stated: Mapping[str, str]) -> dict[str, str]:
        return {
            **self._stated,
            "HOME": "/nonexistent",
            "TMPDIR": str(self.volumes / "tmp"),
            "SECRETS_FOLDER": str(self.volumes / "secrets"),
            **stated,
        }

    def _run(self, arguments: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._guard, self._python, *arguments],
            env=dict(environment),
            cwd=self.app,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )


def _guards(user: int) -> Iterator[Sequence[str]]:
    """Ways to run a program as a container does, the closest first: as that user, without any right beyond its own."""
    without_rights = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs")
    if os.geteuid() == 0:
        yield (*without_rights, "--reuid", str(user), "--regid", str(user), "--clear-groups")
        # Where that user cannot reach the environment: a root to whom modes of files apply.
        yield without_rights
    yield ()


@contextmanager
def assembled() -> Iterator[Image]:
    """The files of the image for as long as the block lasts."""
    # Not a folder of pytest's: the user of the image could not enter it where the tests run as root.
    root = Path(tempfile.mkdtemp(prefix="nerveroot-image-"))
    root.chmod(0o755)
    try:
        yield Image(root)
    finally:
        for each in (root / "app").rglob("*"):
            if each.is_dir():
                each.chmod(0o755)
        (root / "app").chmod(0o755)
        shutil.rmtree(root)
