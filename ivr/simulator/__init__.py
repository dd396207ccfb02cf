"""A stand-in for Twilio: its REST API, its TwiML interpreter, its signed webhooks. Imports nothing of the project."""

from ivr.simulator.agenda import Clock
from ivr.simulator.carrier import ClockControls, SimulatedTwilio
from ivr.simulator.faults import Fault, Faults
from ivr.simulator.habits import Habit, SmsHabit
from ivr.simulator.ledger import Call, Complaint, Ledger, Message, Recording, Webhook
from ivr.simulator.phones import Heard, Leg, Phone, Text
from ivr.simulator.sound import NotSound, Sound

__all__ = [
    "Call",
    "Clock",
    "ClockControls",
    "Complaint",
    "Fault",
    "Faults",
    "Habit",
    "Heard",
    "Ledger",
    "Leg",
    "Message",
    "NotSound",
    "Phone",
    "Recording",
    "SimulatedTwilio",
    "SmsHabit",
    "Sound",
    "Text",
    "Webhook",
]
