"""Graphs and clouds of points: what is drawn, and who is near whom."""
