"""How each arm is started: a C++ program of the bench build, or a peer's run_arm.sh."""

from dataclasses import dataclass
from pathlib import Path

JAVA, GO = "bench/peers/java", "bench/peers/go"


@dataclass(frozen=True)
class Arm:
    """`program` is a target of the bench build; `peer` a folder with run_arm.sh, which takes `word` first."""

    label: str
    program: str = ""
    peer: str = ""
    word: str = ""
    # How many records it works on at the same time whatever --concurrency says; 0: as many as it says.
    lanes: int = 0
    jvm: bool = False


def _programs():
    for name, label, lanes in (("raw_poll", "librdkafka consumer_poll loop", 1),
                               ("raw_batch", "librdkafka consume_batch_queue loop", 1),
                               ("strandline", "strandline", 0)):
        yield name, Arm(label, program=f"bench_{name}", lanes=lanes)
        yield f"{name}_glibc", Arm(f"{label}, glibc malloc", program=f"bench_{name}_glibc", lanes=lanes)


ARMS = dict(_programs())
ARMS |= {
    "bare_threads": Arm("threads that only sleep, no Kafka", program="bench_bare_threads"),
    "kafka_consumer": Arm("Java KafkaConsumer", peer=JAVA, word="kafka_consumer", lanes=1, jvm=True),
    "kafka_consumer_threads": Arm("Java KafkaConsumer + threads", peer=JAVA, word="kafka_consumer_threads", jvm=True),
    "parallel_consumer": Arm("Parallel Consumer", peer=JAVA, word="parallel_consumer", jvm=True),
    "decaton": Arm("Decaton", peer=JAVA, word="decaton", jvm=True),
    "franz_goroutines": Arm("franz-go, goroutine per partition", peer=GO, word="franz_goroutines"),
    "franz_poll": Arm("franz-go, poll loop", peer=GO, word="franz_poll", lanes=1),
}


def label_of(row):
    """What a person calls a row of a result file."""
    words = [ARMS[row["arm"]].label]
    if row["arm"].startswith(("strandline", "parallel", "decaton")):
        words.append("no order" if row["order"] == "none" else f"{row['order']} order")
    if row["handler"] == "batch":
        words.append("batches")
    if row["concurrency"] > 1:
        words.append(f"c{row['concurrency']}")
    words += [f"{name}={value}" for name, value in row["options"].items()]
    if row.get("placement"):
        words.append(f"cores {row['placement']} from the broker's")
    return ", ".join(words)


def find_program(build, name):
    """The executable of that name in one of the build's folders of bench/, or None."""
    for path in sorted(Path(build).glob(f"bench/*/{name}")):
        if path.is_file() and path.stat().st_mode & 0o111:
            return path
    return None


def command_of(arm, root, build):
    """(command, None), or (None, why there is none)."""
    if arm.peer:
        script = Path(root) / arm.peer / "run_arm.sh"
        return ([str(script), arm.word], None) if script.exists() else (None, f"{arm.peer}/run_arm.sh does not exist")
    program = find_program(build, arm.program)
    return ([str(program)], None) if program else (None, f"{arm.program} is not built")
