"""What we owe, to whom, and who does it next. The only room that owns tables."""

VERSION = "0.1.0"
