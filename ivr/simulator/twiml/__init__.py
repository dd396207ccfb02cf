"""Reads TwiML documents and runs them, one module for each verb that waits for something."""
