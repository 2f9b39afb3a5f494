"""Energies of atoms and their forces: in closed form, learned, and in motion."""
