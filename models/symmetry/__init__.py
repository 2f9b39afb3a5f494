"""Symmetries of space, vectors and tensors of higher degree, and how far a function is from a symmetry."""
