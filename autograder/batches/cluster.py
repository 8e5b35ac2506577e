"""Workers of dask.distributed as a workforce: the same orders, on other machines.

Every worker needs the kit in the same version, and the course at the same path (a shared file system).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.batches.order import Order, Workforce
from autograder.batches.remote import grade_remotely
from autograder.course.findings import CourseError
from autograder.course.models import LoadedAssignment
from autograder.grading.crew import Failure, Post
from autograder.grading.result import Result

if TYPE_CHECKING:
    from distributed import Client, Future

GPU = "GPU"
_GLANCE_SECONDS = 1.0
_ON_THE_WAY = 2
"""Orders for each thread of a worker: one that it grades, and the next."""


class ClusterError(CourseError):
    """The cluster cannot be used: why, and what to do."""


@contextmanager
def cluster_crew(
    loaded: LoadedAssignment,
    cluster: str,
    *,
    seed: int,
    sandbox: str = "auto",
    trusted: bool = False,
    private: Sequence[Path] = (),
) -> Iterator[Workforce]:
    """The cluster behind the scheduler's address, or that jobqueue.yaml describes. Raises ClusterError.

    Each worker chooses its sandbox itself, measures limits of time for its own machine and proves there that the
    accepted submissions get full marks. Tasks of assignments that need a GPU go to workers that declare one.
    """
    post = Post(loaded, sandbox, seed, trusted, tuple(private))
    with _client(cluster) as client:
        yield OnCluster(client, post)


@contextmanager
def _client(cluster: str) -> Iterator[Client]:
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise ClusterError('--cluster needs dask.distributed. Run: pip install "gradus-kit[cluster]"') from None
    if "://" not in cluster:
        from autograder.batches.jobqueue import slurm

        with slurm(Path(cluster)) as started, Client(started) as client:
            yield client
        return
    try:
        client = Client(cluster, timeout="10s")
    except (OSError, ValueError, TimeoutError) as error:
        raise ClusterError(
            f"No scheduler answers at {cluster} ({error}). Start one with `dask scheduler`, and workers with `dask worker`."
        ) from error
    with client:
        yield client


class OnCluster:
    """Sends orders and gathers results, a few for each worker at a time: this process holds no class in memory."""

    def __init__(self, client: Client, post: Post) -> None:
        self._client, self._post = client, post
        self._resources = {GPU: 1} if post.loaded.assignment.gpu else {}

    def run(self, orders: Iterable[Order]) -> Iterator[tuple[Order, Result | Failure]]:
        """A worker that dies costs nothing: the scheduler gives its task to another, three times at most."""
        supply = iter(orders)
        held: dict[Future[Any], Order] = {}
        try:
            while True:
                while len(held) < self._room() and (order := next(supply, None)) is not None:
                    held[self._submit(order)] = order
                if not held:
                    return
                for future in self._done(held):
                    yield held.pop(future), _outcome(future)
        finally:
            self._forget(held)

    def _room(self) -> int:
        with _answered():
            workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
        able = [worker for worker in workers if not self._resources or worker["resources"].get(GPU)]
        threads = sum(int(worker["nthreads"]) for worker in able)
        return _ON_THE_WAY * max(1, threads)

    def _submit(self, order: Order) -> Future[Any]:
        key = f"gradus-{self._post.loaded.slug}-{order.task_id}-{self._post.seed}-{order.tries}"
        with _answered():
            future: Future[Any] = self._client.submit(
                grade_remotely, self._post, order, key=key, pure=False, resources=self._resources
            )
        return future

    def _done(self, held: dict[Future[Any], Order]) -> list[Future[Any]]:
        from distributed import wait

        with _answered():
            try:
                return list(wait(list(held), timeout=_GLANCE_SECONDS, return_when="FIRST_COMPLETED").done)
            except TimeoutError:
                self._insist_on_scheduler()
                return []

    def _forget(self, held: dict[Future[Any], Order]) -> None:
        """Nobody asks for these any more. A scheduler that is gone holds none, and hides no error with one of its own."""
        with suppress(ClusterError), _answered():
            self._client.cancel(list(held))

    def _insist_on_scheduler(self) -> None:
        if self._client.status not in ("running", "connecting"):
            raise ClusterError(_gone(self._client.status))


@contextmanager
def _answered() -> Iterator[None]:
    """Around each question to the scheduler: one that is gone shows in errors of many kinds, KeyError among them."""
    try:
        yield
    except ClusterError:
        raise
    except Exception as error:
        raise ClusterError(_gone(repr(error))) from error


def _gone(said: object) -> str:
    first = str(said).strip().partition("\n")[0].rstrip(":")
    return (
        f"The scheduler of the cluster is gone ({first}). What was graded is in the gradebook. "
        "Start it again, and give the same command: it goes on from there."
    )


def _outcome(future: Future[Any]) -> Result | Failure:
    """What came of it. A result lies with its worker until it is fetched: one that is lost on the way is made again."""
    try:
        outcome: Result | Failure = future.result()
        return outcome
    except Exception as error:
        if future.status == "error":
            return Failure(f"a worker of the cluster could not grade it: {error!r}"[:2000])
        raise ClusterError(_gone(error)) from error
