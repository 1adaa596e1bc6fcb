"""The places where the view is shown: a server of its own, a page, a notebook, the command."""

import json
import shutil
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request

import command_line
import pytest
import werkzeug.test
from made_recordings import recording, write_events

from keras_rnn_study.live_view.packing import unpack_all
from keras_rnn_study.live_view.page import write_page
from keras_rnn_study.live_view.server import Application, serving


@pytest.fixture(scope="module")
def made():
    return recording(a={"records": 4}, b={"records": 3, "time": 11})


@pytest.fixture(scope="module")
def log_dir(made, tmp_path_factory):
    root = tmp_path_factory.mktemp("logs")
    write_events(made, root)
    return root


@pytest.fixture
def address(log_dir):
    server = serving(log_dir)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def fetched(address, path, **asked):
    query = f"?{urllib.parse.urlencode(asked)}" if asked else ""
    with urllib.request.urlopen(f"{address}{path}{query}", timeout=30) as answer:
        return answer.read()


def test_the_server_has_index_script_and_frames(address, made):
    assert b"view.js" in fetched(address, "/")
    assert b"export" in fetched(address, "/view.js")
    runs = json.loads(fetched(address, "/runs"))["runs"]
    assert {run: layers["layers"]["lstm"]["time"] for run, layers in runs.items()} == {
        "a": 30,
        "b": 11,
    }
    asked = {"run": "a", "layer": "lstm", "part": "values", "first": 1, "last": 2}
    data = fetched(address, "/frames", **asked)
    assert data == b"".join(list(made.frames["a", "lstm", "values"].values())[1:3])
    assert [frame.step for frame in unpack_all(data)] == [40, 80]


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/frames", {}),
        ("/frames", {"run": "../a", "layer": "lstm", "part": "flow", "first": 0, "last": 0}),
        ("/frames", {"run": "a", "layer": "lstm", "part": "nope", "first": 0, "last": 0}),
        ("/frames", {"run": "a", "layer": "lstm", "part": "flow", "first": 2, "last": 0}),
        ("/frames", {"run": "a", "layer": "lstm", "part": "flow", "first": "x", "last": "y"}),
        ("/../../etc/passwd", {}),
        ("/static/view.js", {}),
    ],
)
def test_the_server_refuses_what_it_does_not_have(address, path, asked):
    with pytest.raises(urllib.error.HTTPError) as refused:
        fetched(address, path, **asked)
    assert refused.value.code == 404
    refused.value.close()


def test_runs_that_are_deleted_meanwhile_stay_in_sight(made, tmp_path, monkeypatch):
    write_events(made, tmp_path)
    client = werkzeug.test.Client(Application(tmp_path))
    monkeypatch.setattr("keras_rnn_study.live_view.server._FRESH", -1.0)
    for run in tmp_path.iterdir():
        shutil.rmtree(run)
    assert client.get("/runs").json["runs"].keys() == {"a", "b"}


def test_the_command_writes_a_page(log_dir, tmp_path):
    done = command_line.run("view", log_dir, "--html", tmp_path / "page.html", "--language", "zh")
    assert done.returncode == 0
    assert "Page:" in done.stdout
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "data-krv" in text
    assert "http://" not in text.replace("http://www.w3.org", "")  # nothing from a network


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere"], "There is no directory 'nowhere'"),
        ([".", "--html", "page.pdf"], "nothing was recorded"),
        (["LOGS", "--html", "page.pdf"], "ends in .html"),
        (["LOGS", "--language", "fr"], "language"),
        (["LOGS", "--html", "/dev/null/page.html"], "Cannot write"),
    ],
)
def test_the_command_tells_what_is_wrong(log_dir, tmp_path, arguments, told):
    words = [str(log_dir) if word == "LOGS" else word for word in arguments]
    done = command_line.run("view", *words, cwd=tmp_path)
    assert done.returncode == 2
    assert told in " ".join(done.stderr.split())
    assert not list(tmp_path.iterdir())


def test_a_notebook_gets_a_widget_and_a_still_picture(made, tmp_path):
    from keras_rnn_study.live_view.notebook import View

    shown = View(made, language="en")
    data, _ = shown._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG")
    assert "application/vnd.jupyter.widget-view+json" in data
    assert shown.index == made.index()
    key = json.dumps(["a", "lstm", "flow"], separators=(",", ":"))
    assert shown.frames[key] == b"".join(made.frames["a", "lstm", "flow"].values())
    shown.save(tmp_path / "page.html")
    assert (tmp_path / "page.html").stat().st_size > 100_000


def test_names_cannot_end_the_element_that_holds_the_data(tmp_path):
    made = recording(**{"</script><script>alert(1)</script><!--": {}})
    text = write_page(made, tmp_path / "page.html", title="</title><b>").read_text("utf-8")
    data = text.split("data-krv", 1)[1].split("</script>", 1)[0]
    assert "alert(1)" in data
    assert "<script>alert" not in text
    assert "<b>" not in text.split("<body>")[0]


def test_the_tab_brings_nothing_that_could_end_tensorboard():
    code = (
        "import sys, keras_rnn_study.live_view.tensorboard_plugin as plugin\n"
        "heavy = {'tensorflow', 'keras', 'matplotlib', 'anywidget', 'jinja2', 'typer'}\n"
        "print(sorted(heavy & set(sys.modules)), plugin.Loader().load.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split("\n")[0] == "[] load", done.stderr


def test_the_tab_is_an_entry_point():
    import importlib.metadata

    [found] = [
        entry
        for entry in importlib.metadata.entry_points(group="tensorboard_plugins")
        if entry.value.startswith("keras_rnn_study.")
    ]
    assert found.load()().__class__.__name__ == "Loader"


@pytest.mark.parametrize(("said", "kept"), [({}, 0), ({"rnn": 5}, 5)])
def test_frames_are_not_dropped_unless_the_user_says_so(said, kept):
    import types

    from keras_rnn_study.live_view.tensorboard_plugin import Loader

    flags = types.SimpleNamespace(samples_per_plugin=dict(said))
    Loader().fix_flags(flags)
    assert flags.samples_per_plugin["rnn"] == kept
    Loader().fix_flags(types.SimpleNamespace())  # of another TensorBoard
