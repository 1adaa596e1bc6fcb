"""What tasks draw their samples from, where that is more than a few lines."""
