"""Sentences, names and phrases that the tasks made of words draw from."""
