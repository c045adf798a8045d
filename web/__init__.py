"""The archive on screen and its JSON API."""
