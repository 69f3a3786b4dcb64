"""A compiled training step of recurrent layers against the same step written out in NumPy.

A bidirectional LSTM under a plain recurrence and a softmax, all of one length, and with peepholes and lengths of
their own for the sequences of a batch: losses and predictions of 20 steps must agree. Exits 1 where one does not.

    recurrent.py --dlc build/bin/dlc [--cpu NAME] [--target NAME]
"""
import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Models"))
from artifact import Artifact  # noqa: E402
from device import missing_device  # noqa: E402

# Steps, batch, features, units of the LSTM and of the recurrence over it: tiles that are cut off, and whole ones.
SIZES = [(7, 5, 6, 9, 17), (6, 8, 5, 32, 64)]
CLASSES = 4
TRAINING_STEPS, RATE, TOLERANCE = 20, 0.2, 1e-4
FROM_KERAS = [0, 3, 1, 2]  # ONNX has the gates in the order i, o, f, c
PEEPHOLES_FROM_KERAS = [0, 2, 1]


def use(size: tuple[int, int, int, int, int], varied: bool) -> None:
    """`varied`: peepholes, and lengths from none of the steps to all of them."""
    global STEPS, BATCH, FEATURES, UNITS, HIDDEN, VARIED, LENGTHS
    STEPS, BATCH, FEATURES, UNITS, HIDDEN = size
    VARIED = varied
    LENGTHS = np.arange(BATCH) * (STEPS + 2) // BATCH % (STEPS + 1) if varied else np.full(BATCH, STEPS)


def parameters() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    shapes = {"v": (HIDDEN, CLASSES), "c": (CLASSES,), "nw": (2 * UNITS, HIDDEN), "nr": (HIDDEN, HIDDEN), "nb": (HIDDEN,)}
    for way in "fb":
        shapes |= {f"w{way}": (FEATURES, 4 * UNITS), f"r{way}": (UNITS, 4 * UNITS), f"b{way}": (4 * UNITS,)}
        if VARIED:
            shapes |= {f"p{way}": (3 * UNITS,)}
    # A spectral radius above 1 would make the states chaotic, and no two computations agree for long.
    return {name: rng.normal(0, 0.7 * max(shape[0], HIDDEN) ** -0.5, shape) for name, shape in shapes.items()}


def gates_of_onnx(columns: np.ndarray) -> np.ndarray:
    """(rows, 4 * units) as (4 * units, rows), gates reordered."""
    rows = columns.shape[0]
    return columns.reshape(rows, 4, UNITS)[:, FROM_KERAS].reshape(rows, -1).T


def write_model(path: Path, p: dict[str, np.ndarray]) -> None:
    weights = {
        "W": np.stack([gates_of_onnx(p["wf"]), gates_of_onnx(p["wb"])]),
        "R": np.stack([gates_of_onnx(p["rf"]), gates_of_onnx(p["rb"])]),
        "B": np.stack([np.concatenate([gates_of_onnx(p[name][None])[:, 0], np.zeros(4 * UNITS)]) for name in ("bf", "bb")]),
        "RW": p["nw"].T[None], "RR": p["nr"].T[None],
        "RB": np.concatenate([p["nb"], np.zeros(HIDDEN)])[None], "v": p["v"], "c": p["c"]}
    if VARIED:
        weights["P"] = np.stack([p[name].reshape(3, UNITS)[PEEPHOLES_FROM_KERAS].ravel() for name in ("pf", "pb")])
    more = ["lengths", "", "", "P"] if VARIED else []
    ints = {"joined": np.array([STEPS, BATCH, 2 * UNITS]), "rows": np.array([BATCH, HIDDEN])}
    nodes = [
        helper.make_node("LSTM", ["x", "W", "R", "B", *more], ["y4"], hidden_size=UNITS, direction="bidirectional"),
        helper.make_node("Transpose", ["y4"], ["yt"], perm=[0, 2, 1, 3]),
        helper.make_node("Reshape", ["yt", "joined"], ["s"]),
        helper.make_node("RNN", ["s", "RW", "RR", "RB"], ["", "h3"], hidden_size=HIDDEN),
        helper.make_node("Reshape", ["h3", "rows"], ["h"]),
        helper.make_node("Gemm", ["h", "v", "c"], ["z"]), helper.make_node("Softmax", ["z"], ["y"])]
    initializers = [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()]
    initializers += [numpy_helper.from_array(value.astype(np.int64), name) for name, value in ints.items()]
    initializers.append(numpy_helper.from_array(LENGTHS.astype(np.int32), "lengths"))
    graph = helper.make_graph(
        nodes, "sequences", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [STEPS, BATCH, FEATURES])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [BATCH, CLASSES])], initializers)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class Lstm:
    """One direction; `order` is that of the steps. A step beyond a sequence's length leaves its states, and gives 0."""

    def __init__(self, x, w, r, b, p, order):
        self.x, self.w, self.r, self.order = x, w, r, order
        self.p = np.zeros((3, UNITS)) if p is None else p.reshape(3, UNITS)
        h = c = np.zeros((BATCH, UNITS))
        self.states, self.y = {}, np.zeros((STEPS, BATCH, UNITS))
        for t in order:
            i, f, g, o = np.split(x[t] @ w + h @ r + b, 4, axis=1)
            i, f, g = sigmoid(i + self.p[0] * c), sigmoid(f + self.p[1] * c), np.tanh(g)
            after = f * c + i * g
            o = sigmoid(o + self.p[2] * after)
            self.states[t] = (h, c, after, i, f, g, o)
            taken = self.taken(t)
            h, c = np.where(taken, o * np.tanh(after), h), np.where(taken, after, c)
            self.y[t] = np.where(taken, h, 0)

    @staticmethod
    def taken(t):
        return (t < LENGTHS)[:, None]

    def gradients(self, dy):
        dw, dr, db = np.zeros_like(self.w), np.zeros_like(self.r), np.zeros(4 * UNITS)
        dp = np.zeros((3, UNITS))
        dh = dc = np.zeros((BATCH, UNITS))
        for t in reversed(self.order):
            h, before, c, i, f, g, o = self.states[t]
            taken = self.taken(t)
            dh = dh + np.where(taken, dy[t], 0)
            do = dh * np.tanh(c) * o * (1 - o)
            da = dc + dh * o * (1 - np.tanh(c) ** 2) + do * self.p[2]
            di, df = da * g * i * (1 - i), da * before * f * (1 - f)
            ds = np.where(taken, np.concatenate([di, df, da * i * (1 - g * g), do], axis=1), 0)
            dp += [(np.where(taken, each, 0) * cell).sum(0) for each, cell in ((di, before), (df, before), (do, c))]
            dw, dr, db = dw + self.x[t].T @ ds, dr + h.T @ ds, db + ds.sum(0)
            dh = np.where(taken, ds @ self.r.T, dh)
            dc = np.where(taken, da * f + di * self.p[0] + df * self.p[1], dc)
        return dw, dr, db, dp.ravel()


def train_step(p, x, target):
    """Loss, predictions and gradients."""
    forward = Lstm(x, p["wf"], p["rf"], p["bf"], p.get("pf"), list(range(STEPS)))
    backward = Lstm(x, p["wb"], p["rb"], p["bb"], p.get("pb"), list(reversed(range(STEPS))))
    s = np.concatenate([forward.y, backward.y], axis=2)
    h = [np.zeros((BATCH, HIDDEN))]
    for t in range(STEPS):
        h.append(np.tanh(s[t] @ p["nw"] + h[-1] @ p["nr"] + p["nb"]))
    z = h[-1] @ p["v"] + p["c"]
    y = np.exp(z - z.max(1, keepdims=True))
    y /= y.sum(1, keepdims=True)
    loss, dz = -np.mean(np.sum(target * np.log(y), 1)), (y - target) / BATCH
    g = {"v": h[-1].T @ dz, "c": dz.sum(0), "nw": 0, "nr": 0, "nb": 0}
    dh, ds = dz @ p["v"].T, np.zeros_like(s)
    for t in reversed(range(STEPS)):
        da = dh * (1 - h[t + 1] ** 2)
        g["nw"], g["nr"], g["nb"] = g["nw"] + s[t].T @ da, g["nr"] + h[t].T @ da, g["nb"] + da.sum(0)
        ds[t], dh = da @ p["nw"].T, da @ p["nr"].T
    g["wf"], g["rf"], g["bf"], g["pf"] = forward.gradients(ds[..., :UNITS])
    g["wb"], g["rb"], g["bb"], g["pb"] = backward.gradients(ds[..., UNITS:])
    return loss, y, {name: value for name, value in g.items() if name in p}


def difference(arguments: argparse.Namespace, size: tuple[int, int, int, int, int], varied: bool) -> float:
    """The largest relative difference of a loss, or difference of a prediction."""
    use(size, varied)
    p = parameters()
    rng = np.random.default_rng(3)
    worst = 0.0
    with tempfile.TemporaryDirectory(prefix="dlc-training-") as text:
        folder = Path(text)
        write_model(folder / "net.onnx", p)
        subprocess.run([arguments.dlc, "compile", str(folder / "net.onnx"), "--train", "--loss=categorical_crossentropy",
                        "--optimizer=sgd", f"--learning-rate={RATE}", f"--cpu={arguments.cpu}",
                        f"--target={arguments.target}", "--quiet", "-o", str(folder / "net.so")], check=True)
        for threads in (1, 2):
            weights, net = dict(p), Artifact(folder / "net.so", threads)
            net("init")
            for _ in range(TRAINING_STEPS):
                x = rng.normal(size=(STEPS, BATCH, FEATURES)).astype(np.float32)
                target = np.eye(CLASSES, dtype=np.float32)[rng.integers(CLASSES, size=BATCH)]
                loss, y, gradients = train_step(weights, x.astype(float), target)
                found = net("train_step", x, target)
                worst = max(worst, abs(found[0].item() - loss) / abs(loss), float(np.abs(found[1] - y).max()))
                for name, gradient in gradients.items():
                    weights[name] = weights[name] - RATE * gradient
            net.close()
    return worst


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", default="dlc")
    parser.add_argument("--cpu", default="native")
    parser.add_argument("--target", default="cpu", help="what the step is compiled for")
    arguments = parser.parse_args()
    if arguments.target != "cpu" and (missing := missing_device(arguments.dlc, arguments.target)):
        print(f"skipped: {missing}")
        return 77
    # Whole tiles on a device are the affair of DeviceTemplatesTest.cpp.
    sizes = SIZES if arguments.target == "cpu" else SIZES[:1]
    worst = max(difference(arguments, size, varied) for size in sizes for varied in (False, True))
    agrees = worst <= TOLERANCE
    print(f"{'ok' if agrees else 'FAIL'}: {TRAINING_STEPS} steps, worst difference {worst:.1e}, allowed {TOLERANCE:.0e}")
    return 0 if agrees else 1


if __name__ == "__main__":
    sys.exit(main())
