"""Trainings and measurements that a lecture shows, each by itself."""
