"""`Diagnosis` in a `fit`: what it finds, when, and where it writes."""

import ill_models
import keras
import pytest
from event_files import values_in

from keras_rnn_study.callbacks import Diagnosis, GateActivations, Probe
from keras_rnn_study.diagnosis import Finding, Findings
from keras_rnn_study.live_view import read_recording


def test_it_looks_before_the_first_step_and_after_each_epoch():
    x, y = ill_models.signs(6, 16)
    diagnosis = Diagnosis(None, Probe(x, y))
    ill_models.network(x, units=3).fit(
        x, y, batch_size=8, epochs=2, verbose=0, callbacks=[diagnosis]
    )
    assert list(diagnosis.history) == [0, 2, 4]


def test_it_writes_text_and_training_is_the_same(tmp_path):
    x, y = ill_models.signs(6, 16)
    weights = []
    probe = Probe(x, y)
    for callbacks in ([], [Diagnosis(tmp_path, probe), GateActivations(tmp_path, probe)]):
        model = ill_models.network(x, units=3, optimizer=keras.optimizers.Adam(1e-9))
        model.fit(x, y, batch_size=8, verbose=0, callbacks=callbacks)
        weights.append([w.tobytes() for w in model.get_weights()])
    assert weights[0] == weights[1]
    written = [each for each in values_in(tmp_path) if each[0].startswith("diagnosis")]
    assert [(tag, step) for tag, step, _ in written] == [
        ("diagnosis/findings", 0),
        ("diagnosis/findings", 2),
    ]
    assert "learning_rate_too_low" in written[0][2].item().decode()
    (run,) = read_recording(tmp_path).index()["runs"].values()
    (found,) = run["findings"]
    assert (found["name"], found["training_step"]) == ("learning_rate_too_low", 2)


def test_the_worst_look_is_kept_where_the_last_one_is_ordinary():
    def looked(*severities):
        found = [Finding("a", severity, "", {}, "", "", "") for severity in severities]
        return Findings(found, {})

    x, y = ill_models.signs(6, 16)
    diagnosis = Diagnosis(None, Probe(x, y))
    assert diagnosis.worst is None
    diagnosis.history = {
        0: looked("warning"),
        5: looked("error", "note"),
        9: looked("error"),
        12: looked("warning", "warning"),
        15: looked(),
    }
    assert diagnosis.worst is diagnosis.history[5]
    assert len(diagnosis.findings) == 0


def test_the_probe_has_to_be_one():
    with pytest.raises(ValueError, match="expected a Probe"):
        Diagnosis(None, 3)
