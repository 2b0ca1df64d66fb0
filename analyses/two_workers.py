"""A local dask cluster of two workers, for what is compared with one process."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dask.distributed import Client


@contextmanager
def two_workers(silence_logs: int = logging.ERROR) -> Iterator[Client]:
    """Have the cluster; logs up to this level are silent."""
    from dask.distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            silence_logs=silence_logs,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client
