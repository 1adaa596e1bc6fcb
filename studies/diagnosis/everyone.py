"""All subjects by name: patients, their twins, and those who look odd."""

import healthy
import patients
from case import Healthy, Patient


def by_family() -> dict[str, list[Patient | Healthy]]:
    """Return all but the twins, family by family."""
    return {**patients.families(), **healthy.families()}


def names(word: str = "") -> list[str]:
    """List all but the twins that have a word in their name, cause or family."""
    return [
        subject.name
        for family, subjects in by_family().items()
        for subject in subjects
        if word in f"{family}/{subject.name}/{subject.cause}"
    ]


def find(name: str) -> Patient | Healthy:
    """Find one by name; a twin's is its patient's with "_twin" after it."""
    for subjects in by_family().values():
        for subject in subjects:
            if name == subject.name:
                return subject
            if name == f"{subject.name}_twin" and isinstance(subject, Patient):
                return subject.twin
    raise ValueError(f"Nobody is called {name!r}; `everyone.names()` lists all.")
