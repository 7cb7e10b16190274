"""What ends a run; no message holds a value of a row."""


class Unusable(Exception):
    """The command cannot be carried out as it was given; the message says why, and what to do."""


class Failed(Exception):
    """Something broke on the way; what is done is kept, and the same command goes on."""
