"""Where Keras is entered: the two seams, layer and weight names, and what is private in Keras."""
