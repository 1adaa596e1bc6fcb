from .packing import Frame as Frame
from .reading import read_frames as read_frames
from .reading import read_recording as read_recording
from .recording import Recording as Recording
from .showing import record_trace as record_trace
from .showing import view as view
