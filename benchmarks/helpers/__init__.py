"""What the benchmarks share: models, pairs of timings, result files, and the page of them."""
