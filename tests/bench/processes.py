"""What a process and its children have used."""
import os
import pathlib
import subprocess
import time

SETTLE_SECONDS = 8  # an agent looks every 5 s for memory to give back


def tree(pid):
    children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [pid] + [int(child) for child in children]


def memory_of(pid):
    """(PSS, RSS) in MB."""
    totals = {"Pss:": 0, "Rss:": 0}
    for each in tree(pid):
        try:
            for line in pathlib.Path(f"/proc/{each}/smaps_rollup").read_text().splitlines():
                word = line.split()
                if word[0] in totals:
                    totals[word[0]] += int(word[1])
        except (OSError, IndexError):
            pass
    return totals["Pss:"] / 1024, totals["Rss:"] / 1024


def memory_at_rest(pid):
    time.sleep(SETTLE_SECONDS)
    return memory_of(pid)


def processor_seconds(pid):
    """So far."""
    total = 0
    for each in tree(pid):
        fields = pathlib.Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")
