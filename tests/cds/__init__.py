"""CDS Hooks: what comes in, what is asked, and the cards that go out."""
