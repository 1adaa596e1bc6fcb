"""Running the grid: the driver, its pools of processes, and what one worker does."""
