"""Who is paged when and how: the escalation policy, the wording, the outbox, the carrier."""
