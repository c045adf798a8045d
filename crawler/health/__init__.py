"""How a source fares: what its visits saw, and from that a state, a sentence of cause and a proposed repair."""
