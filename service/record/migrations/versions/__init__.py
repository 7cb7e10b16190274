"""One module for each version of the tables. A module that was released is never changed."""
