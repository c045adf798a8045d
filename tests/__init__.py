"""Tests on real parts: databases, servers and browsers on loopback."""
