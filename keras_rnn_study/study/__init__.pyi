from .directory import Result as Result
from .directory import StudyDirectory as StudyDirectory
from .files import read_study as read_study
from .grid import Study as Study
from .packaged import packaged_study as packaged_study
from .protocol import Protocol as Protocol
from .report.page import write_report as write_report
from .sweeping.sweep import sweep as sweep
