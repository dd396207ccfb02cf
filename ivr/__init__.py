"""What a caller, or a technician on the phone, hears next: the phone edge."""
