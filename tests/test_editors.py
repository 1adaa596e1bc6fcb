"""What an editor knows of the package as it is installed: names, signatures and types.

Names are loaded lazily, so an editor finds them in the `.pyi` stubs or not at all. Two engines look
at them here: jedi (Jupyter, Spyder, Vim) and pyright (VS Code).
"""

import inspect
import json
import pathlib
import re
import shutil
import subprocess
import sys

import jedi
import pytest

import keras_rnn_study
import keras_rnn_study.callbacks
import keras_rnn_study.datasets.recall
import keras_rnn_study.study

ROOT = pathlib.Path(__file__).parents[1]
PUBLIC = {
    "krs.trace": keras_rnn_study.trace,
    "krs.callbacks.GradientFlow": keras_rnn_study.callbacks.GradientFlow,
    "krs.datasets.recall.make": keras_rnn_study.datasets.recall.make,
    "krs.datasets.recall.tokens": keras_rnn_study.datasets.recall.tokens,
    "krs.diagrams.chain": keras_rnn_study.diagrams.chain,
    "krs.study.Study": keras_rnn_study.study.Study,
}
PACKAGES = {  # what one types -> the stub that lists what comes after the dot
    "krs.": "keras_rnn_study/__init__.pyi",
    "krs.callbacks.": "callbacks/__init__.pyi",
    "krs.datasets.": "datasets/__init__.pyi",
    "krs.diagrams.": "keras_rnn_study/diagrams/__init__.pyi",
    "krs.measures.": "keras_rnn_study/measures/__init__.pyi",
    "krs.study.": "keras_rnn_study/study/__init__.pyi",
}
TASK_NAMES = {"TASK", "evidence", "load_data", "make", "stream", "tokens"}
IMPORT = "import keras_rnn_study as krs\n"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with the package's files at the places that they have in site-packages."""
    package = tmp_path_factory.mktemp("installed") / "keras_rnn_study"
    shutil.copytree(ROOT / "keras_rnn_study", package)
    for folder in ("callbacks", "datasets"):
        shutil.copytree(ROOT / folder, package / folder)
    return package.parent


@pytest.fixture(scope="module")
def editor(installed):
    """Asks jedi about what is typed after the import."""
    project = jedi.Project(installed, sys_path=[str(installed), *filter(None, sys.path)])
    return lambda typed: jedi.Script(IMPORT + typed, project=project)


def exported(stub):
    """The names that a stub lists: `from .grid import Study as Study`."""
    return set(re.findall(r" as (\w+)$", (ROOT / stub).read_text("utf-8"), re.MULTILINE))


def parameters(public):
    return list(inspect.signature(public).parameters)


@pytest.mark.parametrize(("typed", "stub"), PACKAGES.items())
def test_jedi_completes_all_names_of_a_stub(editor, typed, stub):
    names = exported(stub)
    assert len(names) >= 2
    assert names <= {completion.name for completion in editor(typed).complete()}


def test_jedi_completes_the_names_of_a_task(editor):
    assert {completion.name for completion in editor("krs.datasets.recall.").complete()} >= (
        TASK_NAMES
    )


@pytest.mark.parametrize(("name", "public"), PUBLIC.items())
def test_jedi_shows_the_signature(editor, name, public):
    [signature] = editor(f"{name}(").get_signatures()
    assert [parameter.name for parameter in signature.params] == parameters(public)


@pytest.mark.parametrize("name", PUBLIC)
def test_jedi_shows_the_docstring(editor, name):
    script = editor(name)
    [definition] = script.help(2, len(name))
    assert len(definition.docstring(raw=True)) > 40


@pytest.fixture(scope="module")
def revealed(installed, tmp_path_factory):
    """What pyright says of each name: its type, as VS Code shows it; and all errors."""
    if shutil.which("node") is None:
        pytest.skip("pyright needs Node.js, which it would download")
    folder = tmp_path_factory.mktemp("pyright")
    lines = [IMPORT, *(f"reveal_type({name})\n" for name in PUBLIC)]
    lines.append("reveal_type(krs.datasets.recall.make(4, gap=3, seed=0))\n")
    (folder / "use.py").write_text("".join(lines))
    settings = {"extraPaths": [str(installed)], "include": ["use.py"]}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    found = json.loads(done.stdout)["generalDiagnostics"]
    assert not [entry for entry in found if entry["severity"] == "error"]
    return [re.search(r'is "(.*)"$', entry["message"], re.DOTALL)[1] for entry in found]


@pytest.mark.parametrize("number", range(len(PUBLIC)), ids=PUBLIC)
def test_pyright_knows_the_signature_or_the_class(revealed, number):
    public = list(PUBLIC.values())[number]
    if inspect.isclass(public):
        assert revealed[number] == f"type[{public.__name__}]"
    else:
        inside = revealed[number].rpartition(" -> ")[0]
        assert re.findall(r"(?<![\w\[.])(\w+)(?=[:=])", inside) == parameters(public)


def test_pyright_knows_what_a_task_makes(revealed):
    assert revealed[-1].startswith("tuple[ndarray")
