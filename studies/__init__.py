"""The studies, which travel with the package: `keras-rnn-study sweep --study gaps`."""
