"""A sample night and the weeks around it, worked out by the rules and drawn in the terminal."""
