"""The commands of `python app.py`, one module a subject. app.py puts them together."""
