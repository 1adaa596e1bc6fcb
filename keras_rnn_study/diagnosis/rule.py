"""What a rule is: a question, how it is answered, and when the answer would be wrong."""

from collections.abc import Callable
from dataclasses import dataclass

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.finding import Evidence, Finding, Severity
from keras_rnn_study.diagnosis.remedies import for_layer


@dataclass(frozen=True)
class Symptom:
    """What a rule saw in one model; `why` and `remedy` where the rule's own are too general."""

    title: str
    evidence: Evidence
    severity: Severity = "error"
    layer: str | None = None
    time_step: int | None = None
    training_step: int | None = None
    why: str | None = None
    remedy: str | None = None


@dataclass(frozen=True)
class Rule:
    """One way in which a recurrent network fails, and how it is told.

    Attributes:
        name: str, what the finding is called.
        question: What it asks.
        statistic: What it measures.
        threshold: From where on it speaks, and why there.
        why: Why this keeps a network from learning.
        remedy: Python code; `remedies.CELL` stands for the class of the layer.
        lesson: Name of the lesson about it.
        false_alarm: When it would be wrong.
        needs: What must be known; some of `examination.NEEDS`.
        explains: Names of findings that are this one's symptoms.
        look: Function of an examination: what was seen, or `None`.
    """

    name: str
    question: str
    statistic: str
    threshold: str
    why: str
    remedy: str
    lesson: str
    false_alarm: str
    needs: tuple[str, ...]
    explains: tuple[str, ...]
    look: Callable[[Examination], Symptom | None]

    def __call__(self, examination: Examination) -> Finding | None:
        """Return what this rule finds; `None` if nothing, or if what it needs is not known."""
        if any(need in examination.unknown for need in self.needs):
            return None
        seen = self.look(examination)
        if seen is None:
            return None
        return Finding(
            name=self.name,
            severity=seen.severity,
            title=seen.title,
            evidence=seen.evidence,
            why=seen.why or self.why,
            remedy=for_layer(seen.remedy or self.remedy, examination, seen.layer),
            lesson=self.lesson,
            layer=seen.layer,
            time_step=seen.time_step,
            training_step=seen.training_step,
        )


def rule(
    *,
    statistic: str,
    threshold: str,
    why: str,
    remedy: str,
    lesson: str,
    false_alarm: str,
    needs: tuple[str, ...] = (),
    explains: tuple[str, ...] = (),
) -> Callable[[Callable[[Examination], Symptom | None]], Rule]:
    """Make a rule of a function: its name is the finding's, its docstring the question."""

    def made(look: Callable[[Examination], Symptom | None]) -> Rule:
        return Rule(
            name=look.__name__,
            question=(look.__doc__ or "").strip(),
            statistic=statistic,
            threshold=threshold,
            why=why,
            remedy=remedy,
            lesson=lesson,
            false_alarm=false_alarm,
            needs=needs,
            explains=explains,
            look=look,
        )

    return made
