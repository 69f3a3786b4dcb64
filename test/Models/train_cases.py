"""The nets whose training steps are timed: each as a file for dlc, in Keras, and in PyTorch, with one batch."""
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "Training"), str(TESTS.parent / "tools" / "models")]


@dataclass
class Case:
    """One net. Batches are as Keras takes them: images with their channels last, sequences with the batch first."""
    x: np.ndarray
    y: np.ndarray  # classes: one-hot, or indices
    adam: bool  # else SGD
    keras_model: Callable
    torch_model: Callable
    write: Callable  # writes the file for dlc into a folder; returns its path and what dlc compile needs to know
    for_dlc: Callable = staticmethod(lambda x: x)  # the batch in the order that the file wants

    @property
    def loss(self) -> str:
        return "categorical_crossentropy" if self.y.ndim == 2 else "sparse_categorical_crossentropy"

    @property
    def optimizer(self) -> str:
        return "adam" if self.adam else "sgd"

    @property
    def rate(self) -> float:
        return 0.001 if self.adam else 0.01


def random_batch(shape: tuple, classes: int, one_hot: bool) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    x, y = rng.normal(0, 1, shape).astype(np.float32), rng.integers(0, classes, shape[0])
    return x, np.eye(classes, dtype=np.float32)[y] if one_hot else y


def write_keras(build: Callable) -> Callable:
    """Writes a model of Keras, not compiled: what dlc shall do stands on its command line."""
    def write(folder: Path) -> Path:
        path = folder / "model.keras"
        build().save(path)
        return path
    return write


def resnet18() -> Case:
    import build_resnet18
    import onnx
    model = build_resnet18.ResNetWriter(0, 64, 1000).build(16, 64, softmax=True)

    def in_keras():
        import keras_resnet18
        return keras_resnet18.KerasResNet(model).build()

    def in_torch():
        import torchvision
        return torchvision.models.resnet18()

    def write(folder: Path) -> Path:
        onnx.save(model, folder / "model.onnx")
        return folder / "model.onnx"

    x, y = random_batch((16, 64, 64, 3), 1000, one_hot=False)
    return Case(x, y, False, in_keras, in_torch, write, for_dlc=lambda x: x.transpose(0, 3, 1, 2))


def course() -> Case:
    """The net of the course text with its Reshape, at its full size."""
    def in_keras():
        import keras_steps
        return keras_steps.course(224, 32)[0]

    def in_torch():
        import torch
        from torch import nn

        class Course(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv, self.pool = nn.Conv2d(3, 32, 3), nn.MaxPool2d(2)
                self.lstm, self.lstm_1 = nn.LSTM(3552, 64, batch_first=True), nn.LSTM(64, 32, batch_first=True)
                self.dense = nn.Linear(32, 10)

            def forward(self, x):
                x = self.pool(torch.relu(self.conv(x)))
                x = x.permute(0, 2, 3, 1).reshape(x.shape[0], 111, 3552)
                return self.dense(self.lstm_1(self.lstm(x)[0])[0][:, -1])

        return Course()

    x, y = random_batch((32, 224, 224, 3), 10, one_hot=True)
    return Case(x, y, True, in_keras, in_torch, write_keras(in_keras))


def recurrent(layer: str) -> Case:
    """A batch of 32, 50 steps, 64 features, 128 units; a softmax over 10 classes of the last state."""
    def in_keras():
        import keras
        from keras import layers
        return keras.Sequential([keras.Input((50, 64)), getattr(layers, layer)(128), layers.Dense(10, activation="softmax")])

    def in_torch():
        from torch import nn

        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.layer, self.dense = getattr(nn, layer)(64, 128, batch_first=True), nn.Linear(128, 10)

            def forward(self, x):
                return self.dense(self.layer(x)[0][:, -1])

        return Net()

    x, y = random_batch((32, 50, 64), 10, one_hot=True)
    return Case(x, y, False, in_keras, in_torch, write_keras(in_keras))


def separable() -> Case:
    """Inverted bottlenecks as in MobileNetV2, with and without a stride, and a convolution with groups as in ResNeXt."""
    widths, groups = [(96, 2), (144, 1), (192, 2), (192, 1)], 8

    def in_keras():
        import keras
        from keras import layers
        net = [keras.Input((56, 56, 24))]
        for width, stride in widths:
            net += [layers.Conv2D(width, 1, use_bias=False), layers.BatchNormalization(), layers.ReLU(6.0),
                    layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False),
                    layers.BatchNormalization(), layers.ReLU(6.0), layers.Conv2D(32, 1, use_bias=False),
                    layers.BatchNormalization()]
        net += [layers.Conv2D(64, 1), layers.Conv2D(64, 3, padding="same", groups=groups, activation="relu"),
                layers.GlobalAveragePooling2D(), layers.Dense(10, activation="softmax")]
        return keras.Sequential(net)

    def in_torch():
        from torch import nn
        net, depth = [], 24
        for width, stride in widths:
            net += [nn.Conv2d(depth, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU6(),
                    nn.Conv2d(width, width, 3, stride, 1, groups=width, bias=False), nn.BatchNorm2d(width), nn.ReLU6(),
                    nn.Conv2d(width, 32, 1, bias=False), nn.BatchNorm2d(32)]
            depth = 32
        return nn.Sequential(*net, nn.Conv2d(32, 64, 1), nn.Conv2d(64, 64, 3, padding=1, groups=groups), nn.ReLU(),
                             nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))

    x, y = random_batch((16, 56, 56, 24), 10, one_hot=True)
    return Case(x, y, False, in_keras, in_torch, write_keras(in_keras))


CASES = {"course": course, "lstm": lambda: recurrent("LSTM"), "gru": lambda: recurrent("GRU"), "resnet18": resnet18,
         "separable": separable}
