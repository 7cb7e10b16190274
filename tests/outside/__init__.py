"""The whole service from outside: what its document promises, who gets what, and what survives its end."""
