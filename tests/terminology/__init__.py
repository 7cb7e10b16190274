"""What an examination and its answers are called, and which standard codes are known."""
