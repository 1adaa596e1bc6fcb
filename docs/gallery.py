"""Writes docs/tasks.md and its pictures: all tasks, drawn as they are now.

python docs/gallery.py
"""

import io
from pathlib import Path

from PIL import Image

from keras_rnn_study.datasets import catalog
from keras_rnn_study.task_views import facts, page, picture, sample

DOCS = Path(__file__).parent
PICTURES = DOCS / "images" / "tasks"
PICTURE_GAP, TEXT_GAP, TEXT_COLUMNS = 20, 5, 80
PALETTE = 48  # colours: enough for smooth letters, and small files
HEAD = """# The tasks

<!-- Made by docs/gallery.py; change that, not this. -->

In every picture time goes to the right. Orange is the evidence, which decides the answer; blue is
where the answer is due; the bracket is the gap between them. *Chance* is the score of the best
guess without the evidence, and the loss named is that of this guess. The score is what
`TASK.scores` returns: Keras' own metrics count every step that has a target, also those that need
no evidence.

Variants are chosen by name, as in `adding.make(64, variant="bai_2018", length=400, seed=0)`, and
`build_model` takes `adding.TASK.of("bai_2018")`. Where a task draws on Python's own library or on
Babel, other versions give other samples.

The same for any gap, variant and seed, in the terminal and as a picture:

```sh
keras-rnn-study tasks adding --gap 50 --seed 1 --picture adding.svg
```

"""
SNIPPET = """```python
from keras_rnn_study import build_model
from keras_rnn_study.datasets import {name}

model = build_model({name}.TASK, "lstm", init="chrono", gap={gap})
model.fit({name}.stream(64, gap={gap}, seed=0), steps_per_epoch=40, epochs=10, shuffle=False)

_, (x_test, y_test) = {name}.load_data(gap={gap})
print({name}.TASK.scores(x_test, y_test, model.predict(x_test)).mean())
```
"""


def main() -> None:
    """Write the page and a picture for each task; remove pictures of tasks that are no more."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    sections = [section(name) for name in catalog.TASK_NAMES]
    contents = [
        f"- [{name}](#{name}): {catalog.get(name).TASK.summary}\n" for name in catalog.TASK_NAMES
    ]
    text = HEAD + "".join(contents) + "".join(sections)
    (DOCS / "tasks.md").write_text(text, encoding="utf-8")
    for path in PICTURES.glob("*.png"):
        if path.stem not in catalog.TASK_NAMES:
            path.unlink()


def section(name: str) -> str:
    """Write what the page says of one task, and its picture."""
    task = catalog.get(name).TASK
    save(name)
    small = sample.draw(name, gap=TEXT_GAP)
    known = facts.facts_of(sample.draw(name, gap=PICTURE_GAP))
    lines = [f"\n## {name}\n", f"{task.summary} For example `{known.pop('example')}`.\n"]
    lines.append(f"![One sample of {name}, gap {PICTURE_GAP}](images/tasks/{name}.png)\n")
    lines += [f"- *{what}*: {fact}" for what, fact in known.items()]
    lines += ["", *table(facts.variants_of(task)), f"{page.heading(small)}.\n", "```text"]
    lines += [line.plain.rstrip() for line in page.sample_lines(small, TEXT_COLUMNS)]
    return "\n".join([*lines, "```\n", SNIPPET.format(name=name, gap=PICTURE_GAP)])


def save(name: str) -> None:
    """Draw a task's picture with few colours."""
    pixels = picture.render(sample.draw(name, gap=PICTURE_GAP), ".png")
    image = Image.open(io.BytesIO(pixels)).convert("RGB")
    few = image.quantize(PALETTE, dither=Image.Dither.NONE)
    few.save(PICTURES / f"{name}.png", optimize=True)


def table(rows: list[dict[str, str]]) -> list[str]:
    """Write rows as a table in Markdown; nothing if there are none."""
    if not rows:
        return []
    lines = [list(rows[0]), ["---"] * len(rows[0]), *(list(row.values()) for row in rows)]
    return [*(f"| {' | '.join(line)} |" for line in lines), ""]


if __name__ == "__main__":
    main()
