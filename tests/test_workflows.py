"""The workflows test what setup.cfg promises, and publish only what was checked."""

import configparser
import os
import pathlib
import re
import subprocess

import pytest
import yaml

ROOT = pathlib.Path(__file__).parents[1]
WORKFLOWS = ROOT / ".github" / "workflows"
CONFIG = configparser.ConfigParser()
CONFIG.read(ROOT / "setup.cfg", encoding="utf-8")

pytestmark = pytest.mark.skipif(not WORKFLOWS.exists(), reason="a source archive has no workflows")


def jobs(name):
    return yaml.safe_load((WORKFLOWS / f"{name}.yml").read_text("utf-8"))["jobs"]


def commands(job):
    return "\n".join(step.get("run", "") for step in job["steps"])


@pytest.mark.parametrize("name", ["tests", "nightly", "release"])
def test_every_job_says_where_it_runs_and_what(name):
    for job in jobs(name).values():
        assert job["runs-on"]
        assert all(("run" in step) != ("uses" in step) for step in job["steps"])


def test_the_oldest_and_the_newest_python_are_tried():
    tried = [
        entry["python"] for entry in jobs("tests")["versions"]["strategy"]["matrix"]["include"]
    ]
    promised = re.findall(r"Python :: (3\.\d+)", CONFIG["metadata"]["classifiers"])
    assert tried == [promised[0], promised[-1]]


def test_what_a_change_must_pass_is_run():
    assert ".ci/run" in commands(jobs("tests")["all"])
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert ".ci/nightly" in commands(jobs("nightly")["nightly"])
    assert os.access(ROOT / ".ci" / "nightly", os.X_OK)


@pytest.mark.parametrize(
    ("tag", "right"), [("v{}", True), ("v{}.1", False), ("v9{}", False), ("{}-v", False)]
)
def test_only_the_version_s_own_tag_is_published(tag, right):
    (check,) = (step for step in jobs("release")["build"]["steps"] if "tag" in step.get("name", ""))
    tag = tag.format(CONFIG["metadata"]["version"])
    environment = os.environ | {"GITHUB_REF_NAME": tag}
    done = subprocess.run(["bash", "-ec", check["run"]], cwd=ROOT, env=environment)
    assert (done.returncode == 0) is right


def test_what_is_published_was_checked_and_needs_no_password():
    build, publish = jobs("release")["build"], jobs("release")["publish"]
    for check in "twine check --strict dist/*", "check-wheel-contents dist/*.whl":
        assert check in commands(build)
    assert publish["needs"] == "build"
    assert publish["permissions"] == {"id-token": "write"}
    assert "secrets." not in (WORKFLOWS / "release.yml").read_text("utf-8")
