"""Records as MLflow runs, by the package `mlflow-skinny`.

One run for each case, in an experiment of the same name as ours: what was chosen before the
training as parameters, the series of `export_series` as metrics, everything else in the table
`cases` as tags, and the status FAILED for a case that raised. The losses by step would be most of
the metrics and nearly all of the time: they are in the artifact `record.json`, which is the whole
record. The tags `run` and `nodeid` name the case; one that the store holds already is left as it
is. The store by default is a database: MLflow has given up its store of files.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import alembic  # noqa: F401 - MLflow's database needs it, and mlflow-skinny does not bring it
import sqlalchemy
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, Run, RunStatus
from mlflow.exceptions import MlflowException

from harness.export_names import safe_name
from harness.export_rows import Cell, ExportError, as_text, case_row
from harness.export_series import STEP_SERIES, Point, Role, epoch_ends_s, points, role
from harness.record import Record, encode

STORE = "mlflow.db"
"""The store under the folder of the export, unless a tracking URI is given."""
ARTIFACTS = "mlflow-artifacts"
"""Where its runs keep their artifacts, under the same folder."""
METRICS_A_BATCH = 900
PARAMS_A_BATCH = 100
RUNS_A_PAGE = 1000
"""What MLflow takes or gives at once, at most."""
LONGEST_KEY = 250
LONGEST_PARAM = 6000
LONGEST_TAG = 5000
LONGEST_EXPERIMENT = 500
"""Characters that MLflow takes; a longer text is cut, and ends in an ellipsis."""


class MlflowRuns:
    """Logs each record that it is given as a run of MLflow's."""

    def __init__(self, folder: Path, *, tracking_uri: str | None) -> None:
        """Runs go to the store of `tracking_uri`, by default to one under `folder`.

        Raises:
            ExportError: MLflow knows no such store.
        """
        self.uri = tracking_uri or _store_uri(folder)
        self.artifacts = None if tracking_uri else folder.resolve() / ARTIFACTS
        if not tracking_uri:
            sqlalchemy.event.listen(sqlalchemy.Engine, "connect", _do_not_wait_for_the_disk)
        try:
            self.client = MlflowClient(tracking_uri=self.uri)
        except (MlflowException, sqlalchemy.exc.SQLAlchemyError) as error:
            raise ExportError(
                f"--tracking-uri: expected a store that MLflow can use, got {_shown(self.uri)}: "
                f"{error}"
            ) from None
        self.logged = 0
        self.left = 0
        self._experiments: dict[str, str] = {}  # name -> MLflow's id
        self._there: set[tuple[str, str]] = set()  # run and node id of what the store holds

    def add(self, record: Record) -> None:
        """Log one more case, unless the store holds it.

        Raises:
            ExportError: the store does not take it.
        """
        try:
            experiment_id = self._experiment(_cut(record.experiment, LONGEST_EXPERIMENT))
            if (record.run, record.nodeid) in self._there:
                self.left += 1
                return
            self._log(record, experiment_id)
        except (MlflowException, sqlalchemy.exc.SQLAlchemyError) as error:
            raise ExportError(
                f"--format mlflow: expected {_shown(self.uri)} to take {record.nodeid}, got: "
                f"{error}: see to the store, and export again: what it holds is left as it is"
            ) from None
        self.logged += 1

    def finish(self) -> list[str]:
        """What was logged, a line for it all."""
        left = (
            f"; {self.left:,} that it held already are left as they are: delete one there to "
            "export it anew"
            if self.left
            else ""
        )
        return [f"{_shown(self.uri)}: {self.logged:,} runs logged{left}"]

    def _experiment(self, name: str) -> str:
        """MLflow's id of an experiment, made where there is none."""
        if name not in self._experiments:
            found = self.client.get_experiment_by_name(name)
            place = (self.artifacts / safe_name(name)).as_uri() if self.artifacts else None
            self._experiments[name] = (
                found.experiment_id
                if found
                else self.client.create_experiment(name, artifact_location=place)
            )
            self._learn(self._experiments[name])
        return self._experiments[name]

    def _learn(self, experiment_id: str) -> None:
        """Note which cases an experiment holds, and delete those of an export that was broken off.

        They are known by their status: every run is RUNNING until all of it is logged.
        """
        broken_off = []
        for run in self._runs(experiment_id):
            if {"run", "nodeid"} <= run.data.tags.keys():
                if run.info.status == RunStatus.to_string(RunStatus.RUNNING):
                    broken_off.append(run.info.run_id)
                else:
                    self._there.add((run.data.tags["run"], run.data.tags["nodeid"]))
        for run_id in broken_off:
            self.client.delete_run(run_id)

    def _runs(self, experiment_id: str) -> Iterator[Run]:
        token: str | None = None
        while True:
            page = self.client.search_runs(
                [experiment_id], max_results=RUNS_A_PAGE, page_token=token
            )
            yield from page
            token = page.token
            if not token:
                return

    def _log(self, record: Record, experiment_id: str) -> None:
        row = case_row(record)
        run = self.client.create_run(
            experiment_id,
            start_time=_ms(epoch_ends_s(record)[0]),
            tags={_key(name): _cut(text, LONGEST_TAG) for name, text in _texts(row, "label")},
            run_name=_cut(record.case, LONGEST_KEY),
        )
        run_id = run.info.run_id
        for metrics, params in _batches(record, row):
            self.client.log_batch(run_id, metrics=metrics, params=params)
        self.client.log_text(run_id, encode(record).decode(), "record.json")
        status = RunStatus.FAILED if record.raised else RunStatus.FINISHED
        self.client.set_terminated(
            run_id, status=RunStatus.to_string(status), end_time=_ms(record.finished_s)
        )


def _store_uri(folder: Path) -> str:
    """Tracking URI of the store under a folder."""
    file = folder.resolve() / STORE
    if unfit := sorted(set("?#%") & set(str(file))):
        raise ExportError(
            f"{file}: expected a path without {' '.join(unfit)}, which mean something else in the "
            "address of a database: choose a folder with --output"
        )
    return f"sqlite:///{file.as_posix()}"


def _do_not_wait_for_the_disk(connection: Any, record: object) -> None:
    """Eight transactions a case would each wait; an export that the power cut ends is made anew."""
    connection.execute("PRAGMA synchronous = OFF")


def _shown(uri: str) -> str:
    """A tracking URI without the name and password that it may hold."""
    return re.sub(r"(?<=://)[^/]*@", "", uri)


def _batches(record: Record, row: Mapping[str, Cell]) -> Iterator[tuple[list[Metric], list[Param]]]:
    """The metrics and parameters of a case, in as few batches as MLflow takes them."""
    metrics = [_metric(each) for each in points(record, row) if each.series != STEP_SERIES]
    params = [Param(_key(name), _cut(text, LONGEST_PARAM)) for name, text in _texts(row, "setting")]
    while metrics or params:
        yield metrics[:METRICS_A_BATCH], params[:PARAMS_A_BATCH]
        metrics, params = metrics[METRICS_A_BATCH:], params[PARAMS_A_BATCH:]


def _texts(row: Mapping[str, Cell], wanted: Role) -> Iterator[tuple[str, str]]:
    """The columns of one role that have a value, as text."""
    for name, cell in row.items():
        if cell is not None and role(name, cell) == wanted:
            yield name, as_text(cell)


def _metric(point: Point) -> Metric:
    return Metric(_key(point.series), point.value, _ms(point.time_s), point.step)


def _key(name: str) -> str:
    """A name itself if MLflow takes it; else what it takes of it, and a digest to tell it apart."""
    kept = re.sub(r"[^\w.\- /]", "-", name)
    is_path = all(part not in ("", ".", "..") for part in kept.split("/"))
    if kept == name and is_path and len(name) <= LONGEST_KEY:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:10]
    return f"{kept.replace('/', '-')[: LONGEST_KEY - 11]}-{digest}"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _ms(time_s: float) -> int:
    """Milliseconds since 1970, which MLflow counts in."""
    return max(0, round(time_s * 1000))
