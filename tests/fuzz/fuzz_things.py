"""What calls need to work: a small model, its traces, a study; each made once, when asked for."""

import dataclasses
import functools
import pathlib
import tempfile

import numpy as np


class Things:
    BATCH, TIME, UNITS = 4, 5, 3

    @functools.cached_property
    def folder(self):
        return pathlib.Path(tempfile.mkdtemp())

    @functools.cached_property
    def x(self):
        return np.random.default_rng(0).normal(size=(self.BATCH, self.TIME, 2)).astype("float32")

    @functools.cached_property
    def y(self):
        return np.ones((self.BATCH, 1), "float32")

    @property
    def model(self):
        return _model("LSTM")

    @functools.cached_property
    def trace(self):
        from keras_rnn_study import trace

        return trace(self.model, self.x)

    @property
    def lstm_trace(self):
        return self.trace["lstm"]

    @functools.cached_property
    def simple_rnn_trace(self):
        from keras_rnn_study import trace

        return trace(_model("SimpleRNN"), self.x)["simplernn"]

    @functools.cached_property
    def gru_trace(self):
        from keras_rnn_study import trace

        return trace(_model("GRU"), self.x)["gru"]

    @functools.cached_property
    def probe(self):
        from keras_rnn_study.callbacks import Probe

        return Probe(self.x, self.y)

    @functools.cached_property
    def protocol_names(self):
        from keras_rnn_study.study import Protocol

        return [field.name for field in dataclasses.fields(Protocol)]

    @functools.cached_property
    def model_file(self):
        path = self.folder / "model.keras"
        self.model.save(path)
        return path

    @functools.cached_property
    def study_file(self):
        path = self.folder / "study.yaml"
        path.write_text("task: recall\ngap: [1, 2]\nsizes: {quick: {seeds: 2}}\n")
        return path

    @functools.cached_property
    def study_directory(self):
        import quick_work

        from keras_rnn_study.study import Protocol, Study, StudyDirectory

        study = Study(task="recall", cell="lstm", gap=[10, 20], seeds=2)
        directory = StudyDirectory.create(self.folder / "study", study)
        for run in study.runs()[:3]:
            _, files = quick_work.work(run, Protocol(), "off", [])
            directory.add(run, files)
        return directory

    @property
    def study_folder(self):
        return self.study_directory.path


@functools.cache
def _model(kind):
    import keras

    layer = getattr(keras.layers, kind)(Things.UNITS, name=kind.lower())
    model = keras.Sequential([keras.Input((Things.TIME, 2)), layer, keras.layers.Dense(1)])
    model.compile("sgd", loss="mse")
    return model


THINGS = Things()
