"""When things are due: support hours, holidays, priorities and deadlines. It knows no phones, people or databases."""
