"""Dated events and agreements, each with the sentence that says so."""
