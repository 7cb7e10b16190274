"""What must hold for every examination, asked of generated ones and of the whole decision table."""
