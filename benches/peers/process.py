"""A process and what it cost: wall and CPU seconds, peak memory, CPU seconds by the names of its threads."""

import os
import subprocess
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
LOOK_EVERY_S = 0.1
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


@dataclass
class Cost:
    """Of a process and the children it waited for; `mb` is the peak of the largest of them."""

    wall_s: float
    cpu_s: float
    mb: float
    threads_s: dict

    def of_threads(self, name):
        """CPU seconds of the threads whose names begin so."""
        return sum(seconds for thread, seconds in self.threads_s.items() if thread.startswith(name))


def measure(command, cwd, cores=None, first=0):
    """Runs a command, on `cores` cores if given, from the one numbered `first` on; raises with the end of its output if
    it fails."""
    available = sorted(os.sched_getaffinity(0))
    chosen = available[first : first + cores] if cores else available
    log = Path(cwd, "log.txt")
    started = time.perf_counter()
    with log.open("w") as out:
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=cwd,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=os.environ | ONE_THREAD,
            preexec_fn=lambda: os.sched_setaffinity(0, chosen),
        )
    threads = {}
    watcher = threading.Thread(target=watch_threads, args=(process.pid, threads), daemon=True)
    watcher.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - started
    watcher.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {process.returncode}\n{log.read_text()[-2000:]}")
    by_name = defaultdict(float)
    for name, seconds in threads.values():
        by_name[name] += seconds
    return Cost(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024.0, dict(by_name))


def watch_threads(pid, threads):
    """The last CPU seconds seen of each thread, while the process lives: what it did in its last moments is missing."""
    while True:
        try:
            tasks = list(Path(f"/proc/{pid}/task").iterdir())
        except OSError:
            return
        for task in tasks:
            try:
                head, _, rest = (task / "stat").read_text().rpartition(")")
            except OSError:
                continue
            fields = rest.split()
            if fields[0] == "Z":
                return
            name = head.partition("(")[2].rstrip(" 0123456789")
            threads[task.name] = (name, (int(fields[11]) + int(fields[12])) / TICKS_PER_S)
        time.sleep(LOOK_EVERY_S)
