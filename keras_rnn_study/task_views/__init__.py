"""Looking at tasks: facts, and one sample as text and as a picture.

    sample     one sample, its steps named, its evidence and its answer found
    facts      what there is to know before a sample is drawn
    ruler      the sample to scale, as text
    listing    the sample's steps by their names, as text
    picture    the sample to scale, as a picture; `inputs` and `notes` are its parts

Nothing here knows a particular task: all comes from `TASK`, `make` and `evidence`.
"""
