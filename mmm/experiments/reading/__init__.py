"""From a table and a question to the answer of a reading, with what is refused and warned of."""
