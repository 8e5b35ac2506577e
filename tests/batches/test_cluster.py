"""The same orders on a cluster: a real scheduler, and workers that are processes with nannies."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.batches.backlog import ungraded
from autograder.batches.class_folder import read_class
from autograder.batches.cluster import ClusterError, OnCluster, cluster_crew
from autograder.batches.grading import Queue, grade_attempts
from autograder.batches.intake import take_in
from autograder.batches.jobqueue import JobqueueError, settings_of, slurm
from autograder.batches.order import Order
from autograder.course.models import LoadedAssignment
from autograder.gradebook import Gradebook
from autograder.gradebook.results import results_of
from autograder.gradebook.tasks import progress_of
from autograder.grading.crew import Failure, Post
from autograder.grading.result import Result
from tests.batches.conftest import Write
from tests.batches.made import SEED

pytest.importorskip("distributed", reason="needs the extra `cluster`")
SLOW = "import time\ntime.sleep(1)\n"


@pytest.fixture
def cluster() -> Iterator[Any]:
    """Two workers, each a process with a nanny that replaces it when it dies."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as running:
        yield running


@pytest.fixture
def queue(book: Gradebook, scale: LoadedAssignment, hand_in: Write) -> Queue:
    """A class of six that was received."""
    folder = hand_in({f"s{n}": "" for n in range(6)})
    for n, file in enumerate(sorted(folder.iterdir())):
        file.write_text(f"{file.read_text()}\n{SLOW}# {n}\n")
    take_in(book, "scale", read_class(folder), add_unknown=True)
    return Queue(book, scale, SEED)


def grade(queue: Queue, scale: LoadedAssignment, address: str) -> list[str]:
    missing = ungraded(queue.book, "scale")
    queue.fill(missing)
    with cluster_crew(scale, address, seed=SEED, sandbox="process", trusted=True) as workforce:
        return [outcome.state for outcome in grade_attempts(queue, workforce, missing)]


@pytest.mark.slow
def test_workers_that_are_killed_in_mid_task_lose_nothing(
    book: Gradebook, scale: LoadedAssignment, queue: Queue, cluster: Any
) -> None:
    killed: list[int] = []

    def kill() -> None:
        """One worker after the other, while it grades."""
        while progress_of(book, "scale").done < 1:
            time.sleep(0.05)
        for name in sorted(cluster.workers):
            process = cluster.workers[name].process
            os.kill(process.pid, signal.SIGKILL)
            killed.append(process.pid)
            time.sleep(1.5)

    killer = threading.Thread(target=kill)
    killer.start()
    states = grade(queue, scale, cluster.scheduler_address)
    killer.join()
    assert len(killed) == 2
    assert states == ["done"] * 6
    results = results_of(book, "scale")
    assert [one.score for one in results.values()] == [80] * 6
    assert grade(queue, scale, cluster.scheduler_address) == []
    assert {number: one.environment for number, one in results_of(book, "scale").items()} == {
        number: one.environment for number, one in results.items()
    }


@pytest.mark.slow
def test_a_cluster_that_goes_away_is_told_and_its_tasks_wait_for_the_next_call(
    book: Gradebook, scale: LoadedAssignment, queue: Queue, cluster: Any
) -> None:
    def close() -> None:
        while progress_of(book, "scale").done < 1:
            time.sleep(0.05)
        cluster.close()

    closer = threading.Thread(target=close)
    closer.start()
    with pytest.raises(ClusterError, match=r"^The scheduler of the cluster is gone .*goes on from there\.$"):
        grade(queue, scale, cluster.scheduler_address)
    closer.join()
    progress = progress_of(book, "scale")
    assert progress.done >= 1
    assert (progress.claimed, progress.failed, progress.done + progress.waiting) == (0, 0, 6)


def await_other(one: Any, *states: str) -> None:
    """Until a future or a client is in none of these states."""
    deadline = time.monotonic() + 60
    while one.status in states and time.monotonic() < deadline:
        time.sleep(0.01)
    assert one.status not in states


class Interrupted(OnCluster):
    """Something happens between the news that a task is done and the fetching of its result."""

    def __init__(self, client: Any, post: Post, then: Callable[[Any], None]) -> None:
        super().__init__(client, post)
        self._then = then

    def _done(self, held: dict[Any, Order]) -> list[Any]:
        if done := super()._done(held):
            self._then(done[0])
        return done


@pytest.mark.slow
def test_a_result_that_dies_with_its_worker_before_it_is_fetched_is_made_again(
    scale: LoadedAssignment, cluster: Any
) -> None:
    from distributed import Client

    killed: list[int] = []

    def kill(future: Any) -> None:
        if killed:
            return
        for worker in cluster.workers.values():
            killed.append(worker.process.pid)
            os.kill(worker.process.pid, signal.SIGKILL)
        await_other(future, "finished")

    with Client(cluster) as client:
        workforce = Interrupted(client, Post(scale, "process", SEED, True), kill)
        [(order, outcome)] = workforce.run([Order(1, "0" * 64, "scale.py", b"x = 1\n")])
    assert len(killed) == 2
    assert (order.task_id, type(outcome)) == (1, Result)


@pytest.mark.slow
def test_a_scheduler_that_goes_away_while_a_result_is_fetched_is_told(scale: LoadedAssignment, cluster: Any) -> None:
    """The workers go first, and with them the result: it is waited for when the scheduler goes, too."""
    from distributed import Client

    closer = threading.Timer(1, cluster.close)

    def close(future: Any) -> None:
        cluster.scale(0)
        cluster.sync(cluster._correct_state)
        await_other(future, "finished")
        closer.start()

    with Client(cluster) as client:
        workforce = Interrupted(client, Post(scale, "process", SEED, True), close)
        with pytest.raises(ClusterError, match=r"^The scheduler of the cluster is gone .*goes on from there\.$"):
            list(workforce.run([Order(1, "0" * 64, "scale.py", b"x = 1\n")]))
    closer.join()


@pytest.mark.slow
def test_a_scheduler_that_went_away_between_two_results_is_told(scale: LoadedAssignment, cluster: Any) -> None:
    """Whoever takes the results may be slow: by then even the client has given up."""
    from distributed import Client

    with Client(cluster) as client:
        workforce = OnCluster(client, Post(scale, "process", SEED, True))
        outcomes = workforce.run([Order(n, f"{n}" * 64, "scale.py", b"x = 1\n") for n in range(8)])
        next(outcomes)
        cluster.close()
        await_other(client, "running", "connecting")
        assert client.status == "closed"
        with pytest.raises(ClusterError, match=r"^The scheduler of the cluster is gone .*goes on from there\.$"):
            list(outcomes)


@pytest.mark.slow
def test_a_task_that_needs_a_gpu_goes_to_a_worker_that_declares_one(scale: LoadedAssignment) -> None:
    """It waits for one, and no other worker is given it."""
    from distributed import Client, LocalCluster, Nanny

    gpu = scale.model_copy(update={"assignment": scale.assignment.model_copy(update={"gpu": True})})
    order = Order(1, "0" * 64, "scale.py", b"x = 1\n")
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None, silence_logs=50) as plain,
        Client(plain) as client,
    ):
        outcomes: list[Any] = []
        run = threading.Thread(
            target=lambda: outcomes.extend(OnCluster(client, Post(gpu, "process", SEED, True)).run([order]))
        )
        run.start()
        time.sleep(2)
        assert outcomes == []
        plain.worker_spec["gpu"] = {
            "cls": Nanny,
            "options": {"nthreads": 1, "resources": {"GPU": 1}, "silence_logs": 50},
        }
        plain.sync(plain._correct_state)
        run.join(120)
        held = client.run(lambda: __import__("sys").modules.get("autograder.batches.remote") is not None)
        with_gpu = client.run(lambda dask_worker: bool(dask_worker.state.total_resources))
    assert len(outcomes) == 1
    assert sorted(with_gpu.values()) == [False, True]
    assert held == with_gpu


@pytest.mark.slow
def test_what_no_worker_can_grade_is_a_failure_with_the_reason(scale: LoadedAssignment, cluster: Any) -> None:
    with cluster_crew(scale, cluster.scheduler_address, seed=SEED, sandbox="process", trusted=False) as workforce:
        ((_, outcome),) = workforce.run([Order(1, "0" * 64, "scale.py", b"x = 1\n")])
    assert isinstance(outcome, Failure)
    assert "--i-trust-this-code" in outcome.reason


@pytest.mark.slow
def test_no_scheduler(scale: LoadedAssignment) -> None:
    with (
        pytest.raises(ClusterError, match=r"^No scheduler answers at tcp://127\.0\.0\.1:9 .*`dask scheduler`"),
        cluster_crew(scale, "tcp://127.0.0.1:9", seed=SEED),
    ):
        pass


# --- jobqueue.yaml


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "jobqueue.yaml"
    file.write_text(text)
    return file


def test_settings_go_to_slurm_as_they_are_with_a_process_a_core(tmp_path: Path) -> None:
    file = write(tmp_path, "cores: 8\nmemory: 32GB\nqueue: teaching\nwalltime: '02:00:00'\njobs: 4\n")
    assert settings_of(file) == {
        "cores": 8, "memory": "32GB", "queue": "teaching", "walltime": "02:00:00", "jobs": 4, "processes": 8,
    }  # fmt: skip


def test_the_job_script_asks_slurm_for_what_the_file_says(tmp_path: Path) -> None:
    """Slurm itself is not here: that it accepts the script is not shown."""
    pytest.importorskip("dask_jobqueue", reason="needs the extra `cluster`")
    from dask_jobqueue import SLURMCluster

    text = "cores: 8\nmemory: 32GB\nqueue: teaching\naccount: dl\nwalltime: '02:00:00'\ngpus: 2\ninterface: lo\n"
    settings = settings_of(write(tmp_path, text))
    assert settings.pop("jobs") == 1
    with SLURMCluster(**settings, scheduler_options={"dashboard_address": None}) as cluster:
        script = cluster.job_script()
    for line in ("-p teaching", "-A dl", "-n 1", "--cpus-per-task=8", "--mem=30G", "-t 02:00:00", "--gres=gpu:2"):
        assert f"#SBATCH {line}\n" in script
    assert "--nworkers 2" in script
    assert "--resources GPU=1" in script


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1, 2]", "holds no settings"),
        ("cores: [", "is not YAML"),
        ("memory: 1GB", "`cores` is missing"),
        ("cores: 2", "`memory` is missing"),
        ("cores: 2\nmemory: 1GB\njobs: many", "`jobs` is 'many'"),
        ("cores: 2\nmemory: 1GB\ngpus: 0", "`gpus` is 0"),
    ],
)
def test_wrong_settings_are_told_with_the_file(tmp_path: Path, text: str, said: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(JobqueueError) as caught:
        settings_of(file)
    assert str(caught.value).startswith(str(file))
    assert said in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(JobqueueError, match="cannot be read"):
        settings_of(tmp_path / "jobqueue.yaml")


def test_what_slurm_does_not_know_is_told(tmp_path: Path) -> None:
    pytest.importorskip("dask_jobqueue", reason="needs the extra `cluster`")
    file = write(tmp_path, "cores: 1\nmemory: 1GB\ninterface: lo\nnonsense: 1\n")
    with pytest.raises(JobqueueError, match="nonsense"), slurm(file):
        pass
