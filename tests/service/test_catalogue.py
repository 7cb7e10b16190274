"""The files of other languages: what each lacks, what is wrong with it, and how `make catalogue` writes one."""

import json
import tomllib
from pathlib import Path

import pytest

from service.app import create_app
from service.catalogue import CATALOGUES, Translated, every_text, main, read_catalogue, read_languages, written
from service.errors import CatalogueBroken
from service.rules.rulebook import english_texts
from service.settings import Settings
from tests.service.pseudo import in_pseudo, write_pseudo


def test_a_translation_of_an_older_english_is_not_said(tmp_path: Path) -> None:
    """Hazard H-12: a rule was changed, and its translation still says what it said before."""
    key = "SU-CAUDA-EQUINA.because"
    old = {key: Translated(english="Decompression within 48 hours.", translation="Binnen 48 uur.")}
    (tmp_path / "nl.toml").write_text(written("nl", old), "utf-8")
    (dutch,) = read_languages(tmp_path).translated
    assert dutch.wording.texts == {}
    assert read_catalogue(tmp_path / "nl.toml").outdated == (key,)


def test_no_catalogue_of_the_service_has_anything_to_be_mended() -> None:
    complaints = [line for path in sorted(CATALOGUES.glob("*.toml")) for line in read_catalogue(path).complaints]
    assert not complaints, "\n".join(complaints)


def test_a_catalogue_with_faults_is_told_each_of_them(tmp_path: Path) -> None:
    path = write_pseudo(tmp_path, left_out=("RE-ACTIVITY.text",))
    faults = {
        '"Red flag of an emergency: image at once."': '"Red flag: image."',
        in_pseudo("Pain gone, no deficit known"): in_pseudo("Pain gone, no deficit {known}"),
        "[SU-NONE.because]": "[SU-NOTHING.because]",
    }
    text = path.read_text("utf-8")
    for right, wrong in faults.items():
        assert right in text
        text = text.replace(right, wrong)
    path.write_text(text, "utf-8")
    complaints = read_catalogue(path).complaints
    assert [line.split()[1:3] for line in complaints] == [
        ["SU-NONE.because", "is"],
        ["RE-ACTIVITY.text", "is"],
        ["IM-EMERGENCY.because", "is"],
        ["SU-NOTHING.because", "is"],
        ["IM-RECOVERED.trigger", "has"],
        ["FU-RECOVERED.trigger", "has"],
    ]
    assert "is not translated: Stay active" in complaints[1]
    assert "is of an older English; now: Red flag of an emergency" in complaints[2]
    assert "is a text that no rule has" in complaints[3]
    assert "has other places for values" in complaints[4]


GOOD = '[RE-ACTIVITY.text]\nenglish = ""\ntranslation = ""\n'


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("nl.toml", "[RE-ACTIVITY", "nl.toml cannot be read"),
        ("nl.toml", GOOD + GOOD, "nl.toml cannot be read"),
        ("nl.toml", 'language = "nl"', "language must hold `english` and `translation`"),
        ("nl.toml", '[RE-ACTIVITY]\ntext = "Blijf bewegen."', "RE-ACTIVITY.text must hold"),
        ("nl.toml", '[RE-ACTIVITY.text]\nenglish = ""\n', "RE-ACTIVITY.text must hold"),
        ("nl.toml", '[RE-ACTIVITY.text]\nenglish = ""\ntranslation = 3', "RE-ACTIVITY.text must hold two texts"),
        ("nl.toml", GOOD.replace("RE-ACT", "RE-AKT"), "texts no rule has: RE-AKTIVITY.text"),
        (
            "nl.toml",
            '[RE-ACTIVITY.text]\nenglish = ""\ntranslation = "{root}"',
            "texts whose {places} are not those in English: RE-ACTIVITY.text",
        ),
        ("nl.toml", '[RE-ACTIVITY.text]\nenglish = ""\ntranslation = "{"', "RE-ACTIVITY.text"),
        ("dutch.toml", GOOD, "'dutch' is no language"),
        ("nl_BE.toml", GOOD, "'nl_BE' is no language"),
        ("pt-br.toml", GOOD, "'pt-br' is no language"),
        ("en.toml", GOOD, "English stands in the rules"),
    ],
)
def test_the_service_does_not_start_on_a_broken_catalogue(tmp_path: Path, name: str, text: str, said: str) -> None:
    """Hazard H-12: half a translation is shown to patients."""
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(CatalogueBroken) as refused:
        create_app(Settings(), catalogues=tmp_path)
    assert said in str(refused.value)


def test_the_service_does_not_start_on_bytes_that_are_no_text_or_without_the_folder(tmp_path: Path) -> None:
    (tmp_path / "nl.toml").write_bytes(b"\xff")
    with pytest.raises(CatalogueBroken, match="cannot be read"):
        create_app(Settings(), catalogues=tmp_path)
    with pytest.raises(CatalogueBroken, match="no folder"):
        create_app(Settings(), catalogues=tmp_path / "nowhere")


def test_a_skeleton_holds_every_text_and_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nl", "--folder", str(tmp_path)]) == 0
    made = tomllib.loads((tmp_path / "nl.toml").read_text("utf-8"))
    held = {rule: {part: said["english"] for part, said in parts.items()} for rule, parts in made.items()}
    assert held == every_text()
    assert {said["translation"] for parts in made.values() for said in parts.values()} == {""}
    number = sum(map(len, made.values()))
    assert f"{number} of {number} texts have no translation yet" in capsys.readouterr().out
    assert read_languages(tmp_path).translated[0].wording.texts == {}


def test_an_update_keeps_what_is_there_and_reports_what_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = english_texts()["RE-ACTIVITY"]["text"]
    action = english_texts()["RF-CES-RETENTION"]["action"]
    path = tmp_path / "nl.toml"
    path.write_text(
        written("nl", {}) + f"\n[RE-GONE.text]\nenglish = {json.dumps('Gone.')}\ntranslation = {json.dumps('Weg.')}\n",
        "utf-8",
    )
    changed = path.read_text("utf-8")
    for english, dutch in ((text, 'Blijf "bewegen".'), (action, "Meteen naar de spoedeisende hulp.")):
        before = f"english = {json.dumps(english)}\ntranslation = "
        changed = changed.replace(f'{before}""', f"{before}{json.dumps(dutch)}", 1)
    path.write_text(changed, "utf-8")
    assert main(["nl", "--folder", str(tmp_path)]) == 0
    kept = read_catalogue(path).texts
    assert kept["RE-ACTIVITY.text"] == Translated(english=text, translation='Blijf "bewegen".')
    # What the same English became elsewhere is taken over.
    assert kept["RF-CES-BOWEL.action"].translation == "Meteen naar de spoedeisende hulp."
    assert "RE-GONE.text" not in kept
    assert "no rule has it: RE-GONE.text = Weg." in capsys.readouterr().out
    # Once more, and nothing changes.
    again = path.read_text("utf-8")
    assert main(["nl", "--folder", str(tmp_path)]) == 0
    assert path.read_text("utf-8") == again


def test_no_catalogue_is_made_of_what_is_no_language(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["english", "--folder", str(tmp_path)]) == 2
    assert "'english' is no language" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
