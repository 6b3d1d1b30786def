"""limit-memory.py AS|DATA FIRST LAST STEP COMMAND... -o OUTPUT: runs a command of vibc under
each limit in kB. It must write OUTPUT, or end with exit code 1 and one error that names the
limit. The least limits must be too low, and the last one must suffice."""
import os
import re
import resource
import subprocess
import sys

kind, first, last, step = sys.argv[1], *map(int, sys.argv[2:5])
command, output = sys.argv[5:], sys.argv[-1]
flag = {"AS": "-v", "DATA": "-d"}[kind]
outcomes = []
for limit in range(first, last + 1, step):

    def set_limit():
        resource.setrlimit(getattr(resource, f"RLIMIT_{kind}"), (limit << 10, limit << 10))

    run = subprocess.run(command, preexec_fn=set_limit, capture_output=True, text=True, timeout=300)
    if run.returncode == 127 or run.returncode < 0 and not outcomes:
        continue  # Its libraries cannot be loaded.
    is_whole = os.path.exists(output)
    if is_whole:
        os.remove(output)
    outcomes.append(run.returncode == 0)
    if run.returncode == 0 and is_whole:
        continue
    lines = [line for line in run.stderr.splitlines() if not line.startswith("vibc: note: ")]
    said = rf"vibc: error: .*there is not enough memory: .*\(ulimit {flag}\) is {limit} kB, and .*"
    if run.returncode != 1 or is_whole or len(lines) != 1 or not re.fullmatch(said, lines[0]):
        sys.exit(f"{limit} kB: exit code {run.returncode}, whole: {is_whole}\n{run.stderr}")
if outcomes[0] or not outcomes[-1]:
    sys.exit(f"expected errors and then programs: {outcomes}")
