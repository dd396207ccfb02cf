"""What callers and technicians hear on the phone: the webhooks of the carrier, and a simulated carrier."""
