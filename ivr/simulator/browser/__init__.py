"""The browser phone: one screen with everybody's phones, the clock and the faults."""
