"""Wrong uses, generated from the table of parameters: each ends in our words, soon and small."""

import contextlib
import inspect
import itertools
import pathlib
import re
import resource
import signal
import traceback
import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import seed as hypothesis_seed
from hypothesis import strategies as st
from parameters import MADE_BY_US, ROOT, TABLE, TRAIN, public_callables
from valid_values import ANYTHING
from wrong_values import ANY_VALUE

OURS = [str(ROOT / folder) for folder in ("keras_rnn_study", "callbacks", "datasets")]
SECONDS, BYTES = 20, 6 * 2**30
# Data of a task may be missing on a machine, and the message says what to do.
DOCUMENTED = (ModuleNotFoundError, FileNotFoundError)
FLAGS = {
    "gradients",
    "assume_gpu",
    "verbose",
    "frames",
}  # anything is true or false, or says itself why not
EXAMPLES = 60  # for each seed of the search


def test_the_table_has_every_public_name():
    assert {public.name for public in TABLE} == public_callables() - MADE_BY_US - TRAIN


@pytest.mark.parametrize("public", TABLE, ids=lambda public: public.name)
def test_the_table_has_every_parameter(public):
    parameters = inspect.signature(public.find()).parameters.values()
    free = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
    names = {p.name for p in parameters if p.kind is not p.VAR_KEYWORD}
    assert names <= set(public.ranges) if free else names == set(public.ranges)
    for name, value in public.valid().items():
        known = public.ranges[name]
        assert known.accepts(value) or re.search("a Probe|the trace|a StudyDirectory", known.text)


@pytest.fixture
def limits():
    """No call takes long, none takes more memory than a small machine has left."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + BYTES, hard))
    old = signal.signal(signal.SIGALRM, _out_of_time)
    yield
    signal.signal(signal.SIGALRM, old)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _out_of_time(*signal_and_frame):
    raise TimeoutError(f"a call took more than {SECONDS} seconds")


@pytest.mark.fuzz
@pytest.mark.slow
def test_random_uses(search, limits, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where a call might write to
    search(check_some, share=0.15)


def check_some(rng):
    @hypothesis_seed(int(rng.integers(2**32)))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize=False,
        print_blob=False,
    )
    @given(data=st.data())
    def examples(data):
        public = data.draw(st.sampled_from(TABLE), label="function")
        if public.ranges.keys() - FLAGS:
            names = st.sampled_from(sorted(public.ranges.keys() - FLAGS))
            wrong = data.draw(st.lists(names, min_size=1, max_size=2, unique=True), label="names")
            check_use(public, {name: data.draw(ANY_VALUE, label=name) for name in wrong})

    examples()


def check_use(public, changed):
    """Call with some arguments changed; it works, or a ValueError of ours names one of them."""
    arguments = public.valid() | changed
    valid = all(public.ranges[name].accepts(value) for name, value in changed.items())
    signal.setitimer(signal.ITIMER_REAL, SECONDS, 1)  # again, where one is swallowed
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            public.find()(**arguments)
        assert valid, f"{public.name} took {_short(changed)} without a word"
    except AssertionError:
        raise
    except Exception as error:
        is_told = isinstance(error, ValueError) and _names(str(error), public, changed)
        if not _is_ours(error) or not (is_told or isinstance(error, DOCUMENTED)):
            raise AssertionError(_story(public, changed, error)) from error
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _is_ours(error):
    last = traceback.extract_tb(error.__traceback__)[-1]
    return last.filename.startswith(tuple(OURS))


def _names(message, public, changed):
    """Whether a message says what was received: the value, its class, its shape or its name."""
    for name, value in changed.items():
        if public.ranges[name] is ANYTHING:  # several things together may not fit
            return True
        told = {name, type(value).__name__, str(getattr(value, "shape", name))}
        with contextlib.suppress(Exception):
            told |= {str(value)[:12], repr(value)[:12]}
            told |= {repr(part)[:12] for part in itertools.islice(value, 2)}
        if any(word and word.lower() in message.lower() for word in told):
            return True
    return False


def _short(changed):
    def one(value):
        try:
            return repr(value)[:60]
        except Exception:
            return f"<{type(value).__name__}>"

    return ", ".join(f"{name}={one(value)}" for name, value in changed.items())


def _story(public, changed, error):
    told = "".join(traceback.format_exception_only(error))[:300]
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(tuple(OURS))]
    place = f"{ours[-1].filename}:{ours[-1].lineno}" if ours else "nowhere in the package"
    return f"{public.name}({_short(changed)}) ended in {told}last frame of ours: {place}"
