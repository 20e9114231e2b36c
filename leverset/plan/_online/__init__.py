"""What the exchanges say about the rows of a plan."""
