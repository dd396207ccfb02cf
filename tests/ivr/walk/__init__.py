"""A walk through every place of a call, by the URLs in each document, as the carrier takes them."""
