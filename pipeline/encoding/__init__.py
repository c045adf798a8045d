"""Texts as vectors: the encoder, its weights, and the means that make languages comparable."""
