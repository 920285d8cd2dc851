"""Races: one Problem, computed by everyone who can, side by side; the limits of the machine; and the planner's own constants."""
