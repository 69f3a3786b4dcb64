"""ResNet-18 compiled for training against Keras on JAX: same weights, same batches.

The losses of 20 steps agree to 1e-4, relative, and the predictions after them to 1e-3 of the largest.
Exits 1 where they do not. The full size takes minutes: --size 64 --width 64 --batch 16 --classes 1000.

    resnet18.py --dlc build/bin/dlc [--size 64] [--width 8] [--batch 8] [--classes 10]
"""
import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx

import keras_resnet18
from keras_resnet18 import build_resnet18, keras

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Models"))
from artifact import Artifact  # noqa: E402

STEPS, RATE = 20, 0.01
LOSS_TOLERANCE, PREDICTION_TOLERANCE = 1e-4, 1e-3


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc", default="dlc", help="the dlc to test")
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--width", type=int, default=8)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--classes", type=int, default=10)
    arguments = parser.parse_args()
    writer = build_resnet18.ResNetWriter(0, arguments.width, arguments.classes)
    model = writer.build(arguments.batch, arguments.size, softmax=True)
    rng = np.random.default_rng(1)
    images = rng.normal(0, 1, (STEPS, arguments.batch, 3, arguments.size, arguments.size)).astype(np.float32)
    classes = rng.integers(0, arguments.classes, (STEPS, arguments.batch))
    with tempfile.TemporaryDirectory(prefix="dlc-resnet18-") as text:
        folder = Path(text)
        onnx.save(model, folder / "model.onnx")
        subprocess.run([arguments.dlc, "compile", str(folder / "model.onnx"), "--train",
                        "--loss=sparse_categorical_crossentropy", "--optimizer=sgd", f"--learning-rate={RATE}",
                        "-o", str(folder / "model.so"), "--quiet"], check=True, timeout=1200)
        artifact = Artifact(folder / "model.so", threads=2)
    artifact("init")
    peer = keras_resnet18.KerasResNet(model).build()
    peer.compile(optimizer=keras.optimizers.SGD(RATE), loss="sparse_categorical_crossentropy")
    worst = 0.0
    for step in range(STEPS):
        found = float(artifact("train_step", images[step], classes[step])[0])
        peer.reset_metrics()
        expected = float(peer.train_on_batch(images[step].transpose(0, 2, 3, 1), classes[step]))
        worst = max(worst, abs(found - expected) / abs(expected))
    print(f"{'ok  ' if worst <= LOSS_TOLERANCE else 'FAIL'} losses of {STEPS} steps differ by {worst:.1e}")
    found = artifact("predict", images[0])[0]
    expected = np.asarray(peer.predict_on_batch(images[0].transpose(0, 2, 3, 1)))
    apart = float(np.abs(found - expected).max() / np.abs(expected).max())
    print(f"{'ok  ' if apart <= PREDICTION_TOLERANCE else 'FAIL'} predictions differ by {apart:.1e}")
    artifact.close()
    return 0 if worst <= LOSS_TOLERANCE and apart <= PREDICTION_TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())
