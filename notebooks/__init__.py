"""The lessons, which travel with the package: `keras-rnn-study lessons --to DIR` copies them."""
