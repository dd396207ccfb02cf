"""Mails from customers: read, sorted, stored, and made part of a callback."""
