"""What a chart says, read entry by entry."""
