"""Twilio's REST API, as much of it as a phone desk uses (twilio.com/docs/usage/api)."""
