"""Finding out how a source can be watched from one address: what is there, which of it to take, and why."""
