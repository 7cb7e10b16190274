"""What a page holds, read as a browser without scripts reads it."""

import re
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "hr", "img", "input"}
UNREAD = {"style", "script"}


class Read(HTMLParser):
    """What a page holds; fails where tags are not closed in their order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag down."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the tag that was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Take text down, but for styles and data."""
        if self.open and self.open[-1] not in UNREAD:
            self.words.append(data)

    @property
    def text(self) -> str:
        """All that is read, in one line."""
        return re.sub(r"\s+", " ", "".join(self.words))

    @property
    def ids(self) -> list[str]:
        """The ids of the page, in order."""
        return [attributes["id"] or "" for _, attributes in self.tags if "id" in attributes]

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every tag of that name."""
        return [attributes for name, attributes in self.tags if name == tag]

    def links(self) -> list[str]:
        """Where its links lead."""
        return [attributes["href"] or "" for attributes in self.named("a")]
