"""A stand-in for Twilio: its REST API, its TwiML interpreter, its signed webhooks. Imports nothing of the project."""

from ivr.simulator.faults import Fault, FaultKind, Place
from ivr.simulator.phones import VOUCHED_FOR, Habit, Leg, Phone, SmsHabit
from ivr.simulator.simulated_twilio import SimulatedTwilio

__all__ = ["VOUCHED_FOR", "Fault", "FaultKind", "Habit", "Leg", "Phone", "Place", "SimulatedTwilio", "SmsHabit"]
