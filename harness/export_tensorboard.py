"""Records as TensorBoard event files, written by TensorBoard's own writer.

One file for each case, under `tensorboard/RUN/EXPERIMENT/VARIANT/seedN/`, with the series of
`export_series`, the case's row of the table `cases` as a text, and its entry in the HPARAMS tab:
there, the recipe fields that were varied are the hyperparameters, the seeds of one variant are one
group, and test accuracy and epoch time are the metrics. TensorBoard keeps numbers as 32-bit floats.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from google.protobuf.struct_pb2 import Value
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_STRING
from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2
from tensorboard.plugins.text.plugin_data_pb2 import TextPluginData
from tensorboard.summary.writer.record_writer import RecordWriter

from harness.export_names import safe_name
from harness.export_rows import Cell, Kind, as_text, case_row
from harness.export_series import Point, epoch_ends_s, points
from harness.record import Record

FOLDER = "tensorboard"
"""Where event files go, under the folder of the export."""
FILE = "events.out.tfevents.export"
"""Name of each event file: always the same, so that a second export replaces the first."""
METRICS = {"case/test_accuracy": "test accuracy", "case/epoch_s": "epoch time, s"}
"""Series that the HPARAMS tab shows -> how it calls them."""
NAMED: dict[str, Kind] = {"experiment": "text", "variant": "text"}
"""Columns that are hyperparameters beside the recipe's: they tell a reader which case it is."""
DATA_TYPES: dict[Kind, Any] = {
    "text": api_pb2.DATA_TYPE_STRING,
    "integer": api_pb2.DATA_TYPE_FLOAT64,
    "number": api_pb2.DATA_TYPE_FLOAT64,
    "boolean": api_pb2.DATA_TYPE_BOOL,
}


class EventFiles:
    """Writes an event file for each record that it is given."""

    def __init__(self, folder: Path, *, varied: Mapping[str, Kind]) -> None:
        """`varied` names the columns of recipe fields that are hyperparameters."""
        self.folder = folder / FOLDER
        self.hyperparameters = NAMED | dict(varied)
        self.cases = 0

    def add(self, record: Record) -> None:
        """Write the file of one more case."""
        row = case_row(record)
        events = [
            *_session(record, row, self.hyperparameters),
            *(_scalar(each) for each in points(record, row)),
        ]
        write_events(self.folder / case_folder(record), events)
        self.cases += 1

    def finish(self) -> list[str]:
        """Write what the HPARAMS tab shows; what was written, a line for it all."""
        write_events(self.folder, [_event(_experiment(self.hyperparameters), time_s=0.0)])
        return [
            f"{self.folder}: {self.cases:,} event files; "
            f"tensorboard --logdir {self.folder} shows them"
        ]


def case_folder(record: Record) -> Path:
    """Where a case's event file goes, under the folder of all: `RUN/EXPERIMENT/VARIANT/seedN`."""
    names = (record.run, record.experiment, record.variant)
    test = f"test_{record.experiment}"
    usual = f"bench/{test}.py::{test}[{record.variant}-seed{record.seed}]"
    # Another file may have a test of the same name: only the whole node id tells the two apart.
    is_usual = record.nodeid == usual
    last = f"seed{record.seed}" if is_usual else f"seed{record.seed}-{record.nodeid}"
    return Path(*(safe_name(name) for name in names), safe_name(last))


def write_events(folder: Path, events: Iterable[Event]) -> None:
    """Write an event file, over one of an earlier export."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / FILE).open("wb") as stream:
        writer = RecordWriter(stream)
        for event in (Event(file_version="brain.Event:2"), *events):
            writer.write(event.SerializeToString())


def _session(
    record: Record, row: Mapping[str, Cell], hyperparameters: Mapping[str, Kind]
) -> list[Event]:
    """The case as a session of the HPARAMS tab, and as a text."""
    start_s, end_s = epoch_ends_s(record)[0], record.finished_s
    start = plugin_data_pb2.SessionStartInfo(
        start_time_secs=start_s,
        group_name=case_folder(record).parent.as_posix(),  # seeds of one variant are one group
        hparams={
            name: _hyperparameter(row[name], kind)
            for name, kind in hyperparameters.items()
            if row.get(name) is not None
        },
    )
    status = api_pb2.STATUS_FAILURE if record.raised else api_pb2.STATUS_SUCCESS
    end = plugin_data_pb2.SessionEndInfo(status=status, end_time_secs=end_s)
    return [
        _event(_hparams(metadata.SESSION_START_INFO_TAG, session_start_info=start), time_s=start_s),
        _event(_hparams(metadata.SESSION_END_INFO_TAG, session_end_info=end), time_s=end_s),
        _event(_text(row), time_s=end_s),
    ]


def _experiment(hyperparameters: Mapping[str, Kind]) -> Summary.Value:
    """All hyperparameters and metrics of the HPARAMS tab."""
    infos = [
        api_pb2.HParamInfo(name=name, type=DATA_TYPES[kind], differs=True)
        for name, kind in hyperparameters.items()
    ]
    metrics = [
        api_pb2.MetricInfo(name=api_pb2.MetricName(tag=series), display_name=label)
        for series, label in METRICS.items()
    ]
    experiment = api_pb2.Experiment(hparam_infos=infos, metric_infos=metrics)
    return _hparams(metadata.EXPERIMENT_TAG, experiment=experiment)


def _hyperparameter(cell: Cell, kind: Kind) -> Value:
    if kind == "boolean":
        return Value(bool_value=bool(cell))
    if kind == "text":
        return Value(string_value=as_text(cell))
    return Value(number_value=float(cell or 0))


def _hparams(tag: str, **data: Any) -> Summary.Value:
    content = plugin_data_pb2.HParamsPluginData(version=metadata.PLUGIN_DATA_VERSION, **data)
    plugin = SummaryMetadata.PluginData(
        plugin_name=metadata.PLUGIN_NAME, content=content.SerializeToString()
    )
    return Summary.Value(
        tag=tag, metadata=SummaryMetadata(plugin_data=plugin), tensor=metadata.NULL_TENSOR
    )


def _text(row: Mapping[str, Cell]) -> Summary.Value:
    """A row as JSON, indented so that the Markdown of the TEXT tab shows it as it is."""
    lines = json.dumps(row, indent=2, ensure_ascii=False).splitlines()
    plugin = SummaryMetadata.PluginData(
        plugin_name="text", content=TextPluginData(version=0).SerializeToString()
    )
    shown = "\n".join(f"    {line}" for line in lines)
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)])
    return Summary.Value(
        tag="case/record",
        metadata=SummaryMetadata(plugin_data=plugin),
        tensor=TensorProto(dtype=DT_STRING, string_val=[shown.encode()], tensor_shape=shape),
    )


def _scalar(point: Point) -> Event:
    value = Summary.Value(tag=point.series, simple_value=point.value)
    return _event(value, time_s=point.time_s, step=point.step)


def _event(value: Summary.Value, *, time_s: float, step: int = 0) -> Event:
    return Event(wall_time=time_s, step=step, summary=Summary(value=[value]))
