"""One page of the view: how much of a recording it holds, and where it may be written."""

import pytest
from made_recordings import recording

from keras_rnn_study.live_view.page import thinned, write_page

VALUES, FLOW = ("a", "lstm", "values"), ("a", "lstm", "flow")


@pytest.fixture(scope="module")
def made():
    return recording(a={"records": 40, "time": 8, "units": 2})


def size(some):
    return sum(len(frame) for one in some.frames.values() for frame in one.values())


@pytest.mark.parametrize("share", [0.3, 0.55, 0.8])
def test_as_many_records_are_kept_as_there_is_room_for(made, share):
    most = int(share * size(made))
    kept = thinned(made, most)
    steps = list(kept.frames[VALUES])
    assert size(kept) <= most
    assert steps[0] == 0
    assert steps[-1] == list(made.frames[VALUES])[-1]
    assert kept.frames[FLOW] == made.frames[FLOW]
    of_a_record = (size(made) - size_of_flow(made)) / 40
    assert most - size(kept) < 1.5 * of_a_record  # one more would be too much


def size_of_flow(some):
    return sum(map(len, some.frames[FLOW].values()))


def test_all_are_kept_where_there_is_room_and_two_where_there_is_none(made):
    assert thinned(made, size(made)).frames == made.frames
    assert len(thinned(made, 0).frames[VALUES]) == 2


@pytest.mark.parametrize("path", [5, None, "view.txt", "view\0.html"])
def test_what_is_no_place_for_a_page_is_told(made, path):
    with pytest.raises(ValueError, match=r"Pass a name that ends in|Choose another path"):
        write_page(made, path)


def test_the_language_is_one_of_two(made, tmp_path):
    with pytest.raises(ValueError, match="Unknown language 'de'"):
        write_page(made, tmp_path / "view.html", language="de")
