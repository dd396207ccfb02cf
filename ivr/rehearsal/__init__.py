"""Nights played through on a moving clock: the real webhooks and worker, simulated phones and carrier."""
