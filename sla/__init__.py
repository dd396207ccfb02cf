"""When things are due: support hours, holidays, priorities, deadlines. Knows nothing of phones, people or databases."""
