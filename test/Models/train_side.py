"""One side of train_speed.py: the training step of one net in one framework, alone in its process.

Prints "ready" when the step is compiled, then answers each line "SECONDS" of its input with the milliseconds of the
steps that it made meanwhile, as JSON: {"wall": [...], "cpu": [...]}. "cpu" adds up the process's threads.

    train_side.py SIDE CASE --threads N [--dlc DLC] [--cpu NAME]
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def dlc_step(case, arguments):
    from artifact import Artifact
    with tempfile.TemporaryDirectory(prefix="dlc-train-side-") as text:
        folder = Path(text)
        shape = "x".join(map(str, case.for_dlc(case.x).shape))
        subprocess.run([arguments.dlc, "compile", str(case.write(folder)), "--train", f"--loss={case.loss}",
                        f"--optimizer={case.optimizer}", f"--learning-rate={case.rate}", f"--shape={shape}",
                        f"--cpu={arguments.cpu}", "-o", str(folder / "model.so"), "--quiet"], check=True, timeout=1800)
        artifact = Artifact(folder / "model.so", arguments.threads)
    artifact("init")
    return artifact.prepare("train_step", [case.for_dlc(case.x), case.y])


def keras_optimizer(case):
    import keras
    return (keras.optimizers.Adam if case.adam else keras.optimizers.SGD)(case.rate)


def jax_step(case, arguments):
    """A step under jax.jit, its state given back to it: less than what `fit` does around the same."""
    import jax
    import keras
    model, optimizer = case.keras_model(), keras_optimizer(case)
    optimizer.build(model.trainable_variables)
    loss_of = keras.losses.get(case.loss)

    def loss(trainable, others, x, y):
        predicted, others = model.stateless_call(trainable, others, x, training=True)
        return keras.ops.mean(loss_of(y, predicted)), others

    def step(trainable, others, state, x, y):
        (value, others), gradients = jax.value_and_grad(loss, has_aux=True)(trainable, others, x, y)
        trainable, state = optimizer.stateless_apply(state, gradients, trainable)
        return value, trainable, others, state

    step = jax.jit(step, donate_argnums=(0, 1, 2))
    held = [[variable.value for variable in variables] for variables in
            (model.trainable_variables, model.non_trainable_variables, optimizer.variables)]
    x, y = jax.device_put(case.x), jax.device_put(case.y)

    def call():
        value, held[0], held[1], held[2] = step(*held, x, y)
        return value.block_until_ready()

    return call


def tensorflow_step(case, arguments):
    import keras
    import tensorflow as tf
    tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    model, optimizer = case.keras_model(), keras_optimizer(case)
    optimizer.build(model.trainable_variables)
    loss_of = keras.losses.get(case.loss)

    @tf.function(jit_compile=arguments.side == "keras-tf-xla")
    def step(x, y):
        with tf.GradientTape() as tape:
            value = tf.reduce_mean(loss_of(y, model(x, training=True)))
        optimizer.apply(tape.gradient(value, model.trainable_variables))
        return value

    x, y = tf.constant(case.x), tf.constant(case.y)
    return lambda: step(x, y).numpy()


def torch_step(case, arguments):
    import torch
    torch.set_num_threads(arguments.threads)
    torch.set_num_interop_threads(1)
    model, x, y = case.torch_model(), torch.from_numpy(case.x), torch.from_numpy(case.y)
    if x.ndim == 4:  # the batch already lies with its channels last
        model, x = model.to(memory_format=torch.channels_last), x.permute(0, 3, 1, 2)
    optimizer = torch.optim.Adam(model.parameters(), case.rate, fused=True) if case.adam else \
        torch.optim.SGD(model.parameters(), case.rate, fused=True)
    loss = torch.nn.CrossEntropyLoss()

    def forward(x, y):
        return loss(model(x), y)

    if arguments.side == "torch-compile":
        forward = torch.compile(forward)

    def step():
        optimizer.zero_grad()
        value = forward(x, y)
        value.backward()
        optimizer.step()
        return value.item()

    return step


SIDES = {"dlc": dlc_step, "torch": torch_step, "torch-compile": torch_step, "keras-jax": jax_step,
         "keras-tf": tensorflow_step, "keras-tf-xla": tensorflow_step}


def limit_threads(side: str, threads: int) -> None:
    """Before any framework starts: each looks at these once."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(threads)
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    os.environ["KERAS_BACKEND"] = "tensorflow" if side.startswith("keras-tf") else "jax"
    if threads == 1 and side == "keras-jax":
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


def block(call, seconds: float) -> dict[str, list[float]]:
    """Times of the steps of about `seconds`, after one that is not counted."""
    times = {"wall": [], "cpu": []}
    call()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times["wall"]) < 2:
        wall, cpu = time.perf_counter(), time.process_time()
        call()
        times["wall"].append((time.perf_counter() - wall) * 1e3)
        times["cpu"].append((time.process_time() - cpu) * 1e3)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("side", choices=SIDES)
    parser.add_argument("case")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--dlc", default="dlc")
    parser.add_argument("--cpu", default="native")
    arguments = parser.parse_args()
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what frameworks print is no answer
    limit_threads(arguments.side, arguments.threads)
    import train_cases
    call = SIDES[arguments.side](train_cases.CASES[arguments.case](), arguments)
    for _ in range(3):
        call()
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(block(call, float(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
