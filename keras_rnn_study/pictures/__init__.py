"""Arrays in, pictures out, by Matplotlib: heat maps, and the canvas that they share."""
