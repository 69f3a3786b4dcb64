"""ResNet-18 of tools/models/build_resnet18.py in Keras, with the weights of its ONNX file."""
import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import keras  # noqa: E402
import numpy as np  # noqa: E402
import onnx  # noqa: E402
from keras import layers  # noqa: E402
from onnx import numpy_helper  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools" / "models"))
import build_resnet18  # noqa: E402


class KerasResNet:
    """Layers by the names of their weights in the file."""

    def __init__(self, model: onnx.ModelProto):
        self.values = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
        self.pending: list[tuple[layers.Layer, list[np.ndarray]]] = []
        self.batch = model.graph.input[0].type.tensor_type.shape.dim[0].dim_value
        self.size = model.graph.input[0].type.tensor_type.shape.dim[2].dim_value

    def take(self, layer: layers.Layer, *weights: np.ndarray) -> layers.Layer:
        self.pending.append((layer, list(weights)))
        return layer

    def conv_norm(self, x, conv: str, norm: str, stride: int):
        """ONNX pads alike on both sides, Keras's "same" would not with a stride."""
        kernel = self.values[f"{conv}.weight"]
        if kernel.shape[2] > 1:
            x = layers.ZeroPadding2D(kernel.shape[2] // 2)(x)
        x = self.take(layers.Conv2D(kernel.shape[0], kernel.shape[2], stride, use_bias=False),
                      kernel.transpose(2, 3, 1, 0))(x)
        return self.take(layers.BatchNormalization(momentum=0.9, epsilon=1e-5),
                         *(self.values[f"{norm}.{part}"] for part in build_resnet18.STATISTICS))(x)

    def block(self, x, name: str, stride: int):
        y = layers.ReLU()(self.conv_norm(x, f"{name}.conv1", f"{name}.bn1", stride))
        y = self.conv_norm(y, f"{name}.conv2", f"{name}.bn2", 1)
        if f"{name}.downsample.0.weight" in self.values:
            x = self.conv_norm(x, f"{name}.downsample.0", f"{name}.downsample.1", stride)
        return layers.ReLU()(layers.Add()([y, x]))

    def build(self) -> keras.Model:
        image = keras.Input((self.size, self.size, 3), batch_size=self.batch or None)
        x = layers.ReLU()(self.conv_norm(image, "conv1", "bn1", 2))
        # Padding of a maximum of values that are not negative.
        x = layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D(1)(x))
        for stage in range(build_resnet18.STAGES):
            for block in range(build_resnet18.BLOCKS):
                x = self.block(x, f"layer{stage + 1}.{block}", 2 if stage and not block else 1)
        x = layers.GlobalAveragePooling2D()(x)
        weight = self.values["fc.weight"]
        x = self.take(layers.Dense(weight.shape[0], activation="softmax"), weight.T, self.values["fc.bias"])(x)
        model = keras.Model(image, x)
        for layer, weights in self.pending:
            layer.set_weights(weights)
        return model
