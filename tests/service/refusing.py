"""A program that does not start because of its settings, without a process for each of them: that takes two seconds."""

from dataclasses import dataclass

import pytest

from service import __main__ as program


@dataclass(frozen=True, kw_only=True)
class Refused:
    """What the program ends with."""

    returncode: int
    stdout: str
    stderr: str


def refused(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], **environment: str) -> Refused:
    """The program, asked to start with these settings; the test fails where it would."""

    def made(*_: object) -> None:
        raise AssertionError("it starts")

    monkeypatch.setattr(program, "create_app", made)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    capfd.readouterr()
    status = program.main()
    said = capfd.readouterr()
    return Refused(returncode=status, stdout=said.out, stderr=said.err)
