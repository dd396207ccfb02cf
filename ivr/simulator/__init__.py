"""A stand-in for Twilio: its REST API, its TwiML interpreter, its signed webhooks. Imports nothing of the project."""

from ivr.simulator.carrier import SimulatedTwilio
from ivr.simulator.faults import Fault
from ivr.simulator.phones import Habit, Leg, Phone, SmsHabit

__all__ = ["Fault", "Habit", "Leg", "Phone", "SimulatedTwilio", "SmsHabit"]
