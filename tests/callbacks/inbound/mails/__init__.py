"""Tests of mails from customers."""
