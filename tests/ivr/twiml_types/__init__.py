"""The types of TwiML that Twilio publishes: how they were generated, and a check of documents against them."""
