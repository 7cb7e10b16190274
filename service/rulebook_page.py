"""docs/rulebook.md: every rule in one document for clinical review, made by `make rulebook` from the rules."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from service.rules import RULESET_VERSION
from service.rules.citations import citations
from service.rules.guideline import Citation
from service.rules.rulebook import FAMILIES, Family, RuleEntry, entries, retired

PAGE: Final = Path(__file__).parent.parent / "docs" / "rulebook.md"
STALE = f"{PAGE.name} does not say what the rules say: run `make rulebook`."

INTRODUCTION = """\
This is every rule by which the service answers, for a clinician to review. It is made from the rules themselves by
`make rulebook`; `GET /v1/rules` serves the same. Change a rule, not this page.

A rule reads: *when* something is stated in an examination, *then* the service says this, to the doctor and, in plain
words, to the person. What was not assessed never counts as absent. The root probabilities of the classifier change no
red flag, no urgency and no part of the plan; rules that only describe them (impression, caveats) say so.

- *Urgency*: **emergency** means today, with a surgical opinion within 24 hours; **urgent** within days; **routine** is
  the ordinary pathway. The answer is as urgent as the most urgent rule in it. Rules without a line on it are routine.
- *Sources* are named by key and told in full [at the end](#sources). `nerveroot_guideline` is the guideline content
  given to the project; [guideline.md](guideline.md) says which of it was seen nowhere else, and lists the numbers that
  are conventions of this service. *Checked* is the day on which the source checked longest ago was checked.
- *Screening*, for red flags: a complete screen has asked for all of the **first line**; the **second line** is looked
  for once there is suspicion; what is **derived** is made of other statements and never asked for by itself.
- `{names in braces}` stand for values of the examination or the answer.
- Ids are permanent. *Since* names the version of the rules that gave the id."""


def render() -> str:
    """The whole document."""
    parts = [f"# The rules, version {RULESET_VERSION}", INTRODUCTION, *_contents()]
    for family in FAMILIES:
        parts += [f"## {family.title}", family.combine]
        parts += [_rule(rule) for rule in entries() if rule.kind == family.kind]
    if retired():
        parts += ["## Retired ids", "No rule has them any more, and none will have them again."]
        parts.append("\n".join(f"- {rule.rule_id} (version {rule.ruleset}): {rule.because}" for rule in retired()))
    used = {key for rule in entries() for key in rule.citations}
    parts += ["## Sources", "\n".join(f"- {_source(citations()[key])}" for key in sorted(used))]
    return "\n\n".join(parts) + "\n"


def _contents() -> Iterator[str]:
    yield "| rules | ids | what happens where several apply |\n|---|---|---|\n" + "\n".join(
        f"| [{family.title}](#{family.title.lower().replace(' ', '-')}), {len(family.rules)} | {family.prefix}- | "
        f"{_first_sentence(family)} |"
        for family in FAMILIES
    )


def _first_sentence(family: Family) -> str:
    return family.combine.partition(". ")[0].rstrip(".") + "."


def _rule(rule: RuleEntry) -> str:
    title = f"### {rule.rule_id}" + (f": {rule.label}" if rule.label and rule.label != rule.trigger else "")
    category, strength = rule.category and rule.category.replace("_", " "), rule.strength and f"{rule.strength} advice"
    kind = ", ".join(filter(None, (category, strength)))
    lines = [f"**When**: {rule.trigger}"]
    if rule.action != rule.text_for_patient:  # some sentences are for the person alone
        lines.append(f"**Then**{f' ({kind})' if kind else ''}: {rule.action}")
    if rule.mend:
        lines.append(f"**What would mend it**: {rule.mend}")
    if rule.text_for_patient:
        lines.append(f"**To the person**: {rule.text_for_patient}")
    if rule.urgency.value != "routine":
        lines.append(f"**Urgency**: {rule.urgency.value}")
    if rule.screening:
        lines.append(f"**Screening**: {rule.screening.replace('_', ' ')}")
    if rule.timing:
        lines.append(f"**Timing**: {rule.timing.replace('_', ' ')}")
    known = ", ".join(f"[{key}](#{key})" for key in rule.citations)
    lines.append(f"**Sources**: {known}. Checked {rule.checked}. Since {rule.since}.")
    return title + "\n\n" + "\\\n".join(lines)


def _source(source: Citation) -> str:
    number = f"doi:{source.doi}" if source.doi else f"PMID {source.pmid}" if source.pmid else source.url
    told = (source.authors, source.title, source.published_in, source.year and str(source.year), number)
    full = " ".join(part if part.endswith((".", "?")) else f"{part}." for part in told if part)
    return f'<a id="{source.key}"></a>{source.key}: {full} Checked {source.checked}.'


def main(arguments: list[str] | None = None) -> int:
    """Write docs/rulebook.md, or with `--check` only say whether it is what the rules say."""
    parser = argparse.ArgumentParser(prog="python -m service.rulebook_page", description=main.__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the page is stale")
    parser.add_argument("--page", type=Path, default=PAGE)
    asked = parser.parse_args(arguments)
    if not asked.check:
        asked.page.write_text(render(), encoding="utf-8")
        return 0
    if asked.page.is_file() and asked.page.read_text(encoding="utf-8") == render():
        return 0
    print(STALE, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
