"""The view in a notebook: a widget, with a still picture beside it for where no widget runs."""

import os
from typing import Any

from keras_rnn_study.extras import how_to_install
from keras_rnn_study.live_view.page import bundle, key_of, write_page
from keras_rnn_study.live_view.recording import Recording

try:
    import anywidget
    import traitlets
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"The view in a notebook needs {error.name}. Install it with: "
        f"{how_to_install('notebooks')}; or save it as a page: "
        "keras-rnn-study view LOG_DIR --html page.html"
    ) from error


class View(anywidget.AnyWidget):
    """The live view of a recording.

    Args:
        recording: What `read_recording` returned.
        language: "en" or "zh"; `None`: the browser's.
        theme: "light" or "dark"; `None`: the browser's.
    """

    _esm = bundle()
    index = traitlets.Dict().tag(sync=True)
    frames = traitlets.Dict().tag(sync=True)
    options = traitlets.Dict().tag(sync=True)

    def __init__(
        self, recording: Recording, *, language: str | None = None, theme: str | None = None
    ) -> None:
        frames = {key_of(*key): b"".join(one.values()) for key, one in recording.frames.items()}
        options = {"language": language, "theme": theme}
        super().__init__(index=recording.index(), frames=frames, options=options)
        self._recording = recording

    def save(self, path: str | os.PathLike[str], **options: Any) -> None:
        """Save the view as one page that works from disk; see `page.write_page`."""
        write_page(self._recording, path, **options)

    def _repr_mimebundle_(self, **keywords: Any) -> Any:
        """Add a still picture: a saved notebook shows it where no widget runs."""
        from keras_rnn_study.live_view.still import still_png

        made = super()._repr_mimebundle_(**keywords)
        data, metadata = made if isinstance(made, tuple) else (made, {})
        return {**(data or {}), "image/png": still_png(self._recording)}, metadata
