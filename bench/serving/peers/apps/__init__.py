"""What runs inside the peers' own environments; nothing of the project is imported there."""
