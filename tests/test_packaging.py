"""What is installed is complete, light to import, and speaks only of itself."""

import ast
import configparser
import email
import importlib.metadata
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import zipfile

import pytest
import yaml
from built_package import build, tracked_files

ROOT = pathlib.Path(__file__).parents[1]
SOURCES = {  # folder -> what its files are inside of the package
    "keras_rnn_study": "keras_rnn_study",
    "callbacks": "keras_rnn_study/callbacks",
    "datasets": "keras_rnn_study/datasets",
}
DATA = {  # what travels without its scripts: files in the repository -> where they are installed
    "notebooks/**/*.ipynb": "keras_rnn_study/lessons",
    "notebooks/*.md": "keras_rnn_study/lessons",
    "notebooks/images/*.png": "keras_rnn_study/lessons",
    "notebooks/__init__.py": "keras_rnn_study/lessons",
    "notebooks/lesson*.py": "keras_rnn_study/lessons",
    "studies/*.yaml": "keras_rnn_study/studies",
    "studies/results/*": "keras_rnn_study/studies",
    "studies/__init__.py": "keras_rnn_study/studies",
}
BACKENDS = {"jax", "torch"}  # of Keras, beside TensorFlow
# Who uses one of these has it: it is imported for that only, or for its types.
OF_USERS = BACKENDS | {"aim", "clearml", "mlflow", "trackio", "wandb"}
BUILT_FROM = {"__pycache__", "web"}  # of the front end its bundle is installed, not its sources
MAX_REPOSITORY_BYTES = 8 * 2**20


def source_files():
    """Files of the source folders: path in the repository -> path in the installed package."""
    return {
        path.relative_to(ROOT).as_posix(): f"{home}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder, home in SOURCES.items()
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file() and not BUILT_FROM & set(path.parts)
    }


def data_files():
    """Installed paths of the lessons and the studies."""
    return {
        f"{home}/{path.relative_to(ROOT).relative_to(pattern.split('/')[0]).as_posix()}"
        for pattern, home in DATA.items()
        for path in ROOT.glob(pattern)
    }


def modules():
    """Dotted names of all modules of the source folders."""
    paths = (pathlib.PurePath(path) for path in source_files().values() if path.endswith(".py"))
    return sorted(".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in paths)


def run_python(code, **environment):
    """The printed lines of a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        cwd=os.sep,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A folder with the sdist and the wheel."""
    return build(tmp_path_factory.mktemp("built"))


@pytest.fixture(scope="module")
def wheel(built):
    return next(built.glob("*.whl"))


@pytest.fixture(scope="module")
def sdist(built):
    return next(built.glob("*.tar.gz"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A folder with the wheel's contents, as pip would put them into site-packages."""
    folder = tmp_path_factory.mktemp("installed")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


@pytest.mark.needs("git")
def test_wheel_has_every_source_file_and_nothing_else(wheel):
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert inside == set(source_files().values()) | data_files()


@pytest.mark.needs("git")
def test_sdist_has_every_file_of_the_repository(sdist):
    with tarfile.open(sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    of_the_host = {".github", ".gitignore", ".pre-commit-config.yaml"}
    wanted = {path.relative_to(ROOT).as_posix() for path in tracked_files()}
    assert {name for name in wanted - inside if name.split("/")[0] not in of_the_host} == set()


@pytest.mark.needs("git")
def test_an_index_can_show_the_description(wheel, sdist):
    check = [sys.executable, "-m", "twine", "check", "--strict", str(wheel), str(sdist)]
    done = subprocess.run(check, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.needs("git")
def test_every_link_of_the_description_works_away_from_the_repository(wheel):
    name = next(n for n in zipfile.ZipFile(wheel).namelist() if n.endswith("/METADATA"))
    metadata = email.message_from_bytes(zipfile.ZipFile(wheel).read(name))
    described = metadata.get_payload(decode=True).decode()
    readme = (ROOT / "README.md").read_text("utf-8")
    links, written = (
        re.findall(r"(!?)\[[^][]*\]\(([^)]+)\)", text) for text in (described, readme)
    )
    assert len(links) == len(written) > 10
    source = metadata["Home-page"] or metadata["Project-URL"].partition(", ")[2]
    for (picture, link), (_, path) in zip(links, written, strict=True):
        assert link.startswith(f"{source}/{'raw' if picture else 'blob'}/main/") or "://" in path
        if "://" not in path:
            assert link.endswith(path)
            assert (ROOT / path.partition("#")[0]).exists()


@pytest.mark.needs("git")
def test_wheel_is_tidy(wheel):
    check = [sys.executable, "-m", "check_wheel_contents", str(wheel)]
    done = subprocess.run(check, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.needs("git")
def test_all_modules_work_as_installed(installed):
    others = tuple(f"_{backend}" for backend in BACKENDS)
    names = [name for name in modules() if not name.endswith(others)]
    code = f"""
import importlib
for name in {names}:
    print(importlib.import_module(name).__file__)
"""
    files = run_python(code, PYTHONPATH=str(installed))
    assert len(files) == len(names) == len(modules()) - len(others)
    assert all(pathlib.Path(file).is_relative_to(installed) for file in files)


@pytest.mark.needs("git")
def test_command_and_tab_are_installed(wheel):
    """What the wheel has others call is there: the program, and TensorBoard's tab."""
    (found,) = importlib.metadata.distributions(path=[str(wheel)])
    points = {(point.group, point.name): point.load().__name__ for point in found.entry_points}
    assert points == {
        ("console_scripts", "keras-rnn-study"): "main",
        ("tensorboard_plugins", "keras_rnn_study"): "Loader",
    }


@pytest.mark.needs("git")
def test_the_wheel_says_which_python_it_needs_and_brings_the_licence(wheel):
    (found,) = importlib.metadata.distributions(path=[str(wheel)])
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(found.metadata.get_all("Classifier")))
    assert found.metadata["Requires-Python"] == f">={named[0]}"
    licence = next(name for name in zipfile.ZipFile(wheel).namelist() if name.endswith("/LICENSE"))
    assert zipfile.ZipFile(wheel).read(licence) == (ROOT / "LICENSE").read_bytes()


@pytest.mark.parametrize(
    "code",
    [
        "import keras_rnn_study, keras_rnn_study.callbacks, keras_rnn_study.datasets",
        "from keras_rnn_study.datasets import recall; recall.make(2, gap=3, seed=0)",
        "from keras_rnn_study.datasets import language; language.make(2, gap=30, seed=0)",
    ],
    ids=["import", "recall", "language"],
)
def test_does_not_wait_for_tensorflow(code):
    heavy = "print({'tensorflow', 'keras', 'matplotlib'} & set(sys.modules) or 'none')"
    assert run_python(f"import sys\n{code}\n{heavy}") == ["none"]


def test_nothing_is_imported_by_its_folders_name():
    """A top-level `datasets` or `callbacks` would be another library's."""
    folders = [*SOURCES, "tests", "benchmarks", "examples", "notebooks"]
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
                assert not node.level, f"{path}: a relative import"
            roots = {name.partition(".")[0] for name in names}
            assert not roots & {"callbacks", "datasets"}, path


def test_dependencies_are_those_imported():
    """What setup.cfg requires, and nothing that it does not."""
    imported = set()
    for source in source_files():
        if source.endswith(".py"):
            for node in ast.walk(ast.parse((ROOT / source).read_text("utf-8"))):
                if isinstance(node, ast.Import):
                    imported |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom):
                    imported.add(node.module.partition(".")[0])
    imported -= {*sys.stdlib_module_names, "keras_rnn_study"}
    required = {
        re.match(r"[\w-]+", line).group()
        for line in importlib.metadata.requires("keras-rnn-study")
        if "extra ==" not in line
    }
    imports = {"pyyaml": "yaml", "protobuf": "google"}  # what is not called as it is imported
    required = {imports.get(name, name).replace("-", "_") for name in required}
    extras = {"distributed", "anywidget", "traitlets"}
    assert required == imported - extras - OF_USERS


def test_an_extra_brings_what_the_message_that_names_it_is_about():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    brought = {
        extra: {re.split("[<>=]", line)[0] for line in lines.split()}
        for extra, lines in config["options.extras_require"].items()
    }
    wanted = {"gpu": "tensorflow[and-cuda]", "dask": "distributed", "notebooks": "anywidget"}
    named = set()
    for source in (ROOT / path for path in source_files() if path.endswith(".py")):
        code = source.read_text("utf-8")
        wanted |= {e: p for p, e in re.findall(r'package="([\w-]+)", extra="(\w+)"', code)}
        named |= set(re.findall(r"""(?:how_to_install\(|extra=)["'](\w+)["']""", code))
    assert named == set(wanted) == set(brought) - {"test"}
    for extra, package in wanted.items():
        assert package in brought[extra], extra
    # The tests run all of it that needs no GPU.
    assert set().union(*brought.values()) - brought["test"] == brought["gpu"]


@pytest.mark.needs("git")
def test_where_the_source_is_stands_in_one_place():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    package = config["metadata"]
    named = re.compile(rf"https?://[\w.-]+/[\w.-]+/{package['name']}\b")
    places = {}
    for path in tracked_files():
        if path.suffix == ".ipynb":  # build.py puts it there; that they are in step is tested
            continue
        if found := named.findall(path.read_bytes().decode("utf-8", errors="replace")):
            places[path.relative_to(ROOT).as_posix()] = found
    assert places == {"setup.cfg": [package["url"]], "CITATION.cff": [package["url"]]}
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert cited["repository-code"] == package["url"]
    assert str(cited["version"]) == package["version"]
    assert cited["license"] == package["license"]


@pytest.mark.needs("git")
def test_the_project_s_links_are_of_the_source(wheel):
    name = next(n for n in zipfile.ZipFile(wheel).namelist() if n.endswith("/METADATA"))
    metadata = email.message_from_bytes(zipfile.ZipFile(wheel).read(name))
    links = dict(link.split(", ") for link in metadata.get_all("Project-URL"))
    assert links.keys() >= {"Changes", "Issues"}
    assert all(link.startswith(metadata["Home-page"]) for link in links.values())


def test_the_oldest_versions_are_those_that_were_run():
    """The table of docs/versions.md begins with what is newest, and its second row is the floor."""
    page = (ROOT / "docs" / "versions.md").read_text("utf-8")
    rows = [line.split(" | ") for line in page.splitlines() if re.match(r"\| 3\.\d", line)]
    floor = dict(zip(("tensorflow", "keras"), rows[1][1:3], strict=True))
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    required = config["options"]["install_requires"].split()
    for name, version in floor.items():
        short = ".".join(version.split(".")[:2])
        assert f"{name}>={short}" in required
        assert f"from {short} on" in page
    assert "all pass" in rows[1][-1]


@pytest.mark.needs("git")
def test_repository_stays_small():
    assert sum(path.stat().st_size for path in tracked_files()) < MAX_REPOSITORY_BYTES


# Where packages came from and where a checkout once lay is nobody else's business.
FOREIGN = re.compile(
    r"\b(pypi|pythonhosted|npmjs|debian|anaconda)\.(org|com)\b"
    r"|(?<![\w.~-])/(root|home|Users|work|opt)/[\w.]"
)


@pytest.mark.needs("git")
def test_no_file_names_a_registry_or_a_machines_folder():
    for path in tracked_files():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        found = FOREIGN.search(text)
        assert not found, f"{path.name}: {found.group()}"
