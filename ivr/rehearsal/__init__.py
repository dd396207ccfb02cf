"""Stories between phones, played through the real webhooks and worker beside a simulated carrier; and the demo."""
