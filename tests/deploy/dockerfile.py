"""deploy/Dockerfile, read: its stages, and what each instruction says."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.deploy.files import DEPLOY


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage: what it begins with, and its instructions in order."""

    name: str
    parent: str
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def said(self, instruction: str) -> list[str]:
        """What every instruction of that name says."""
        return [text for name, text in self.instructions if name == instruction]

    def only(self, instruction: str) -> str:
        """What the one instruction of that name says."""
        (text,) = self.said(instruction)
        return text

    def words(self, instruction: str) -> list[str]:
        """The program of an instruction that names it as a list: no shell stands before it."""
        text = self.only(instruction)
        found: Any = json.loads(text[text.index("[") :])
        assert isinstance(found, list), f"{instruction} of {self.name} goes through a shell"
        return [str(each) for each in found]

    @property
    def variables(self) -> Mapping[str, str]:
        """What ENV states."""
        return dict(pair.split("=", 1) for text in self.said("ENV") for pair in shlex.split(text))

    @property
    def copied(self) -> Iterator[tuple[Sequence[str], str]]:
        """What is copied from the checkout, and to where."""
        for text in self.said("COPY"):
            words = [word for word in text.split() if not word.startswith("--")]
            if "--from=" not in text:
                yield words[:-1], words[-1]


def stages() -> dict[str, Stage]:
    """The stages by their names, in order."""
    found: dict[str, Stage] = {}
    for name, text in _instructions():
        if name == "FROM":
            parent, _, own = text.partition(" AS ")
            found[own] = Stage(name=own, parent=parent)
        elif found:
            list(found.values())[-1].instructions.append((name, text))
    return found


def arguments() -> dict[str, str]:
    """The arguments before the first stage, with their defaults."""
    found = {}
    for name, text in _instructions():
        if name == "FROM":
            break
        assert name == "ARG", name
        variable, _, default = text.partition("=")
        found[variable] = default
    return found


def _instructions() -> Iterator[tuple[str, str]]:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE)
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        if line.strip():
            name, _, rest = line.strip().partition(" ")
            yield name, rest
