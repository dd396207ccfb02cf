"""A stand-in for Twilio: its REST API, its TwiML interpreter, its signed webhooks. Imports nothing of the project."""
