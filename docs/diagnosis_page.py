"""Writes docs/diagnosis.md: the rules as they are in the code, and what they say of questions.

python docs/diagnosis_page.py
"""

import json
from pathlib import Path

from keras_rnn_study.diagnosis.registry import RULES
from keras_rnn_study.diagnosis.remedies import CELL
from keras_rnn_study.diagnosis.rule import Rule

DOCS = Path(__file__).parent
QUESTIONS = DOCS.parent / "studies" / "results" / "public_questions.json"
BENCHMARK = DOCS.parent / "studies" / "results" / "diagnosis.md"
HEAD = """# Why does my network not learn?

<!-- Made by docs/diagnosis_page.py; change that, not this. -->

```python
from keras_rnn_study import diagnose

findings = diagnose(model, x, y)  # also evidence=, validation_data=, sample_weight=
findings  # prints; findings[0] is what to mend first
```

`diagnose` looks at the data, the graph, what each layer hands on, one trace and six updates on copies of the weights. The model, its optimizer and the
random seeds are afterwards what they were, bit for bit. Give it some hundred samples of the training data: what it says of
data rests on all of them, and 64 are traced. A finding has a `name`, a `severity` (`error`: keeps it from learning, `warning`: is
likely to, `note`: worth knowing), the numbers in `evidence`, `why`, a `remedy` in code, and the `lesson` about it. What another
finding explains comes after it and names it in `because`.

In a `fit`: `callbacks=[Diagnosis("logs", Probe(x, y))]` looks before the first step and after each epoch, and writes to
TensorBoard's *Text*. On files: `keras-rnn-study diagnose model.keras --data batch.npz`.

## What it cannot know

- **Where the evidence is.** A short horizon is no fault if what decides the answer is near the end. Pass `evidence=`, booleans
  (samples, time). Without it, steps at which some input is correlated with the label count as evidence (five standard errors);
  where there are none, a short horizon is only a note.
- **Whether a model that has not learned yet will.** Rules about learning are silent once the loss is below half of guessing.
  How likely it is that a run will: [foretell](foretelling.md).
- **Labels shuffled apart from inputs.** Of windows of one series it is seen: labels are then values of that series, at no common
  distance from their windows. Of anything else `learns_label_mean` says, after some training, that nothing was learned, not why.
- **Whether `fit` shuffles.** Keras tells neither model nor callbacks. A stateful layer gets a note.
- **A forecast that only repeats the last value, too few samples, a rare class that is never found.** These need a baseline or
  held-out data.
- **A `train_step` of one's own.** The updates are those of the compiled loss and optimizer.

## What it takes

Processor seconds for 8 units, 40 steps and 64 samples, on a machine that did other things too:

| | first look | later looks | first training step | 20 training steps |
|---|---|---|---|---|
| LSTM | 2.1 | 0.9 | 1.1 | 0.16 |
| GRU | 2.1 | 0.8 | 1.0 | 0.18 |
| SimpleRNN | 1.4 | 0.8 | 1.1 | 0.10 |

So a first look costs two first training steps, and the goal of 20 steps is missed tenfold: nearly all of it is building and
optimizing three graphs (the trace 1.2 s for an LSTM, the updates 0.6 s, the answer 0.2 s), which a training does once. All six
updates together take 0.04 s. Later looks of the same model build no trace anew.

## What not to trust

- `swapped_axes` as a warning: a few steps of many smooth features may be spectra. As an error (one-hot symbols along time) it is
  certain.
- `learns_label_mean` as a warning: some tasks stay at chance for thousands of updates, then fall.
- `learning_rate_too_low` wherever a schedule sets the rate: it is silent there.
- `leaking_windows` sees copies and linear combinations of the future; a column that is any other function of it is not seen.
- `no_gradient` of a frozen layer: whether it is a reservoir is judged by a linear read-out of its last state.
- `vanishing_gradient` and `short_memory` without `evidence=`: steps that tell of the label one by one are found, those that tell
  it only together are not.

"""
LITERATURE = """## Where the symptoms come from

Tools for networks of any kind look for these; what fits recurrent networks was taken over, and measured per time step where
that says more than per weight. Read in their code or rule descriptions: UMLAUT, AutoTrainer, SageMaker Debugger (an older list
of its rules). The others are told from the names of their checks and from memory, and may have more.

| tool | what it looks for | here |
|---|---|---|
| UMLAUT | inputs beyond -1 ... 1; inputs that are no floats; NaN in the loss; no softmax before the loss; validation loss above training loss | `unscaled_inputs`, `nan_inputs`, `not_a_number`, `labels_do_not_fit_loss`, `overfitting`. Not taken: that token ids are no floats is no fault |
| AutoTrainer | ratio of the first layer's gradient to the last's below 0.001 or above 70; over 70 % zero gradients; loss that oscillates; slow convergence | `vanishing_gradient` through time and down to the recurrent layer, `exploding_gradient` through time; `dead_units`; `learning_rate_too_high`, `learning_rate_too_low` |
| SageMaker Debugger | vanishing gradient (mean below 1e-7), exploding tensor, weight update ratio, all zero, unchanged tensor, loss not decreasing, saturated activation, dead ReLU, class imbalance, overfit, poor initialisation | the same names, but no absolute threshold for gradients: their size is the loss's; `identical_units`, `saturated_units`, `one_class` |
| NeuraLint | a graph's faults: last activation and loss that do not match, constant initialisation, missing activation | `labels_do_not_fit_loss`, `identical_units` |
| TheDeepChecker | properties of data, weights and activations: unscaled inputs, wrong labels, initial loss, constant or zero weights, saturated and dead units, too fast or slow updates, input that does not matter | `initial_loss_too_high`, `input_ignored`, `dead_units`, `saturated_units`, and the learning rates by update over weight |
| DeepLocalize | the first layer with NaN or infinity | `not_a_number` says layer and time step |
| DeepFD | a classifier on statistics of the loss, weights and gradients: loss, optimizer, learning rate, activation, number of epochs | no classifier: each rule has one reason |

About time, and not in what was read of them: `short_memory`, `state_drift`, `runaway_states`, `swapped_axes`, `padding_not_masked`,
`mask_ends`, `stateful_shuffled`, `leaking_windows`.

"""


def main() -> None:
    """Write the page."""
    parts = [
        HEAD,
        _benchmark(),
        LITERATURE,
        _questions(),
        "## The rules, in the order of causes\n\n",
    ]
    text = "".join(parts) + "\n".join(map(_section, RULES))
    (DOCS / "diagnosis.md").write_text(text, encoding="utf-8")


def _benchmark() -> str:
    """Return how often the true cause was found in models that no rule was made with."""
    text = BENCHMARK.read_text(encoding="utf-8")
    summary = text.partition("\n\n")[2].partition("## By cause")[0].strip()
    alarms = text.partition("## False alarms")[2].strip()
    return f"""## How often it is right

`studies/diagnosis/` makes models ill in one known way each, beside a healthy twin that differs in one setting, and healthy models
that look odd; that each is ill or healthy is proved by training it. The half that was held out, at the third look at it, with the
rules as they are:

{summary}

The goal is 0.95 with the true cause first. The looks before, with earlier rules: 49 and 51 of 59 had the true cause first, 54 and
54 anywhere; 4 and 2 of 47 healthy models got an alarm (two of the first four turned out not to learn, and gave their places to
others). How blind it is: who made the patients saw no rule; who wrote the first rules saw no patient; who mended rules before the
third look had read how the patients are made, those held out too, but saw no result of the held-out half. So the first look is
the strictest figure, and the third one is more hopeful than strange models will be. In the half which rules may see, 59 of 60 have
the true cause first. Each cause has one to six patients, nearly all of one seed, and illnesses were made stronger until training
proved them: they are clearer than what one meets. These healthy models got an alarm:

{alarms}

"""


def _questions() -> str:
    """Return the table of questions."""
    rows = json.loads(QUESTIONS.read_text(encoding="utf-8"))
    right = sum(row["right"] for row in rows)
    lines = [
        "## Questions that people asked",
        "",
        f"Made again with made-up data by `studies/public_questions.py`. The first alarm is right in "
        f"{right} of {len(rows)}.",
        "",
        "Right means: the fault that stands in the code that was asked about, or that an answer "
        "named; whether it was the only one nobody can know. The learning rate of the last one is "
        "made up, as the question does not tell it. Rules were made with these in view, and the "
        "last one was wrong until `exploding_gradient` was mended for it: no held-out figures. They "
        "were asked when a shuffled stateful layer was still an alarm; it is a note now, so question 6 "
        "would get none.",
        "",
        "| question | what was seen | first alarm | right |",
        "|---|---|---|---|",
    ]
    for number, row in enumerate(rows, start=1):
        found = f"`{row['found'][0]}`" if row["found"] else "none"
        verdict = "yes" if row["right"] else f"no: {', '.join(row['expected']) or 'none'}"
        lines.append(f"| [{number}]({row['source']}) | {row['asked']} | {found} | {verdict} |")
    return "\n".join(lines) + "\n\n"


def _section(rule: Rule) -> str:
    """Return one rule's part of the page."""
    explains = ", ".join(f"`{name}`" for name in rule.explains)
    lines = [
        f"### {rule.name}",
        "",
        f"**{rule.question}** {rule.why}",
        "",
        f"- *Measured*: {rule.statistic}",
        f"- *Threshold*: {rule.threshold}",
        f"- *A false alarm if*: {rule.false_alarm}",
        f"- *Lesson*: [{rule.lesson}](../notebooks/{rule.lesson}.ipynb)",
    ]
    if rule.needs:
        lines.append(f"- *Needs*: {', '.join(rule.needs)}")
    if explains:
        lines.append(f"- *Explains*: {explains}")
    remedy = rule.remedy.replace(CELL, "LSTM")
    return "\n".join([*lines, "", "```python", remedy, "```", ""])


if __name__ == "__main__":
    main()
