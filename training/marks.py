"""Pages that are written by hand and filled in by commands: what a command makes stands between two marks."""


def put_between(text: str, begin: str, end: str, content: str) -> str:
    """`text` with `content` on lines of its own between the marks, in place of what stood there.

    Raises:
        ValueError: one of the marks is not there, or they stand in the wrong order.
    """
    before, opened, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not opened or not closed:
        raise ValueError(f"the page has no {begin} before {end} to write between")
    return f"{before}{begin}\n{content}\n{end}{after}"
