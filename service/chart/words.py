"""Words in the place of a code that make the service ask: they state nothing, and nothing is read out of them.

A problem in words alone, the reason for an order, a code of somebody else's: each may be the very red flag that asks
for the scan. Where such a word stands nobody is told that imaging can wait; whoever reads the card is asked to look.
The words are those of the red flags of the guideline (docs/guideline.md), as clinicians write them in English; a word
too many costs a question.
"""

import re
from collections.abc import Iterable
from typing import Final

TUMOUR: Final = "a tumour"
WORRIES: Final = {
    "a compression of the cauda equina or cord": r"cauda|\bces\b|saddle|perianal|perineal|myelopath|cord compression",
    "a disturbance of bladder or bowel": r"retention|incontinen|bladder|bowel|urinat|\burin|\bvoid|sphincter|catheter",
    TUMOUR: r"cancer|malignan|carcinom|neoplas|tumou?r|metasta|lymphom|myelom|sarcom|leuk[ae]+mi|melanom",
    "an infection": r"infect|discitis|spondylodiscitis|osteomyelit|abscess|sepsis|septic|bacter[ae]+mi|fever|febrile"
    r"|tubercul|endocarditis",
    "a fracture": r"fractur|osteopor|\btrauma\b|accident|\bfell\b|\bfalls?\b|(back|spin\w+) injur",
    "a severe or growing deficit": r"foot drop|drop ?foot|paraly|paresis|plegia|weakness"
    r"|(neuro\w+|motor|sensory) deficit",
    "weight loss": r"weight loss|loss of weight|cachexia",
    "a weakened immune system": r"immunosuppress|immunodefici|transplant|\bhiv\b|chemotherap",
    "the use of steroids or drugs": r"steroid|inject(ing|ion|ed)? drug|\biv drug|intravenous drug",
    "an operation of the spine": r"post-?operat|laminectom|discectom|spinal fusion",
}
"""What may be meant, with the words for it."""

_READ: Final = {worry: re.compile(words, re.IGNORECASE) for worry, words in WORRIES.items()}
_RELATIVE: Final = re.compile(r"\bfamily history\b|\bfh\b|\b(mother|father|sister|brother)\b", re.IGNORECASE)
LONGEST: Final = 2000
"""Characters of one text that are looked at."""


def worries(texts: Iterable[object]) -> tuple[str, ...]:
    """What the words of an entry may mean, in the order of `WORRIES`; nothing where they speak of a relative."""
    said = [text[:LONGEST] for text in texts if isinstance(text, str)]
    spoken = [text for text in said if not _RELATIVE.search(text)]
    return tuple(worry for worry, words in _READ.items() if any(words.search(text) for text in spoken))
