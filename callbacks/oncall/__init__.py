"""Who is on call on which layer at an instant."""
