"""What a rule says, in the language of the reader. Rules hold their English; a catalogue may say the same otherwise.

The wording decides nothing: it is asked for after every rule has been decided on.
"""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from string import Formatter
from typing import Any, ClassVar, Protocol, TypeVar


class Worded(Protocol):
    """A dataclass that says something under an id of its own: every rule is one."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def rule_id(self) -> str:
        """The permanent id."""


Rule = TypeVar("Rule", bound=Worded)


@dataclass(frozen=True, kw_only=True)
class Wording:
    """One language: its tag (BCP 47) and its texts by `RULE-ID.field`, as `RE-ACTIVITY.text_for_patient`.

    What a catalogue lacks is said in English. `{name}` in a text stands for a value of the answer.
    """

    language: str
    texts: Mapping[str, str] = field(default_factory=dict)

    def say(self, rule_id: str, part: str, english: str, **values: str) -> str:
        """The text of one field of a rule, `english` where the catalogue has none, with `values` in their places."""
        template = self.texts.get(f"{rule_id}.{part}", english)
        return template.format_map(values) if values else template

    def of(self, rule: Rule) -> Rule:
        """The same rule with every text of it in this language; places for values stay open."""
        if not self.texts:
            return rule
        said = {part: self.say(rule.rule_id, part, english) for part, english in texts_of(rule).items()}
        return replace(rule, **said)


ENGLISH = Wording(language="en")
"""The language in which the rules are written."""


def texts_of(rule: Worded) -> dict[str, str]:
    """Every text of a rule by its field: whatever is a plain string, but for its id (codes are enums)."""
    held = {each.name: getattr(rule, each.name) for each in fields(rule)}
    return {name: value for name, value in held.items() if type(value) is str and name != "rule_id"}


def places(text: str) -> frozenset[str]:
    """The names of the places for values in a text.

    Raises:
        ValueError: a brace that opens or closes no place.
    """
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)
