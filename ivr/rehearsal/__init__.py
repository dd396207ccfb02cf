"""The demo, and stories between phones: the real webhooks and worker with a simulated carrier."""
