"""One batch, looked into: `trace`, and what it returns."""
