"""What each task asks, written again: slowly, for one sample, straight from the definition."""
