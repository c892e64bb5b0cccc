"""From a question to hits: one step of the way in each file."""
