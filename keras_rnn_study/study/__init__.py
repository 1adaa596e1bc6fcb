"""Many runs instead of one: grids with seeds, resumable, in parallel, and what they say."""

from keras_rnn_study.lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "Protocol": "keras_rnn_study.study.grid",
        "Result": "keras_rnn_study.study.result",
        "Study": "keras_rnn_study.study.grid",
        "StudyDirectory": "keras_rnn_study.study.directory",
        "read_study": "keras_rnn_study.study.files",
        "sweep": "keras_rnn_study.study.sweeping",
        "write_report": "keras_rnn_study.study.report",
    },
)
