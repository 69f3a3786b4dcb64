"""The real models that results are compared on: where each comes from, at which shapes, on what."""
import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools" / "models"))
import build_mobilenet_v2  # noqa: E402
import export_minilm  # noqa: E402
import randomize_weights  # noqa: E402

Feeds = dict[str, np.ndarray]


@dataclass
class Case:
    """One model. `write` puts it at a path; `shapes` are the sets of input shapes to compile for
    (empty: the model's own); `packaged` is the expected output for the ramp input, where one ships."""
    name: str
    write: Callable[[Path], None]
    shapes: list[dict[str, tuple[int, ...]]]
    feeds: Callable[[dict[str, tuple[int, ...]]], Feeds]
    packaged: Path | None = None
    tags: set[str] = field(default_factory=set)


def package(name: str) -> Path:
    return Path(importlib.util.find_spec(name).origin).parent


def ramp(shapes: dict[str, tuple[int, ...]]) -> Feeds:
    """What the onnx package's own runner feeds its light models: 0 to 1 in row-major order."""
    return {name: (np.arange(np.prod(shape)).reshape(shape) / np.prod(shape)).astype(np.float32)
            for name, shape in shapes.items()}


def noise(shapes: dict[str, tuple[int, ...]]) -> Feeds:
    rng = np.random.default_rng(7)
    return {name: rng.uniform(-1, 1, shape).astype(np.float32) for name, shape in shapes.items()}


def page(shapes: dict[str, tuple[int, ...]]) -> Feeds:
    """A white page with dark blocks in lines, as far as a text detector cares, in its value range."""
    rng = np.random.default_rng(7)
    feeds = {}
    for name, (batch, channels, height, width) in shapes.items():
        image = np.full((batch, channels, height, width), 2.2, np.float32)
        for top in range(12, height - 20, 32):
            for left in range(12, width - 12, 10):
                if rng.random() < 0.8:
                    image[:, :, top:top + rng.integers(8, 16), left:left + rng.integers(3, 9)] = -2.0
        feeds[name] = image + rng.uniform(-0.05, 0.05, image.shape).astype(np.float32)
    return feeds


def tokens(shapes: dict[str, tuple[int, ...]]) -> Feeds:
    """Random words; each row of the batch ends in padding of another length."""
    rng = np.random.default_rng(7)
    batch, length = shapes["input_ids"]
    used = np.array([length - (2 * row) % length for row in range(batch)])
    mask = (np.arange(length) < used[:, None]).astype(np.int64)
    ids = rng.integers(1000, 30000, (batch, length)) * mask
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}


def copy_of(source: Path) -> Callable[[Path], None]:
    return lambda target: target.write_bytes(source.read_bytes())


def light_cases() -> list[Case]:
    """The nine light models of the onnx package; the ones of moderate size also with random weights."""
    folder = package("onnx") / "backend" / "test" / "data" / "light"
    inputs = {"resnet50": "gpu_0/data_0", "shufflenet": "gpu_0/data_0", "zfnet512": "gpu_0/data_0"}
    cases = []
    for source in sorted(folder.glob("light_*.onnx")):
        name = source.stem.removeprefix("light_").removeprefix("bvlc_")
        shapes = [{inputs.get(name, "data_0"): (1, 3, 224, 224)}]
        cases.append(Case(name, copy_of(source), shapes, ramp,
                          packaged=source.with_name(f"{source.stem}_output_0.pb")))
        if name in ("alexnet", "vgg19", "zfnet512"):
            continue  # hundreds of megabytes of weights

        def write(target: Path, source=source) -> None:
            onnx.save(randomize_weights.randomize(onnx.load(source)), target)
        cases.append(Case(f"{name}-random", write, shapes, noise))
    return cases


def ocr_cases() -> list[Case]:
    folder = package("rapidocr_onnxruntime") / "models"
    shapes = {
        "det": ("ch_PP-OCRv4_det_infer.onnx", [(1, 3, 320, 320), (1, 3, 96, 352), (2, 3, 160, 64)]),
        "rec": ("ch_PP-OCRv4_rec_infer.onnx", [(1, 3, 48, 320), (1, 3, 48, 104), (3, 3, 48, 192)]),
        "cls": ("ch_ppocr_mobile_v2.0_cls_infer.onnx", [(1, 3, 48, 192), (3, 3, 48, 192), (1, 3, 48, 100)]),
    }
    return [Case(f"ocr-{name}", copy_of(folder / file), [{"x": shape} for shape in sizes],
                 page if name == "det" else noise)
            for name, (file, sizes) in shapes.items()]


def minilm_case() -> Case:
    def write(target: Path) -> None:
        onnx.save(export_minilm.export(), target)

    def shape(batch: int, length: int) -> dict[str, tuple[int, ...]]:
        return dict.fromkeys(("input_ids", "attention_mask", "token_type_ids"), (batch, length))
    return Case("minilm", write, [shape(1, 128), shape(3, 17)], tokens)


def mobilenet_case() -> Case:
    def write(target: Path) -> None:
        onnx.save(build_mobilenet_v2.MobileNetWriter(0).build("batch", 224), target)
    return Case("mobilenet-v2", write, [{"image": (1, 3, 224, 224)}, {"image": (2, 3, 224, 224)}], noise)


def lstm_case() -> Case:
    """One layer over 50 steps of 32 rows, 64 to 128 units."""
    def write(target: Path) -> None:
        rng = np.random.default_rng(11)
        steps, batch, features, units = 50, 32, 64, 128
        shapes = {"w": (1, 4 * units, features), "r": (1, 4 * units, units), "b": (1, 8 * units)}
        weights = [numpy_helper.from_array(rng.normal(0, 0.1, shape).astype(np.float32), name)
                   for name, shape in shapes.items()]
        node = helper.make_node("LSTM", ["x", "w", "r", "b"], ["sequence", "state", "cell"], hidden_size=units)
        graph = helper.make_graph(
            [node], "lstm", [helper.make_tensor_value_info("x", TensorProto.FLOAT, (steps, batch, features))],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in node.output], weights)
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8), target)
    return Case("lstm", write, [{"x": (50, 32, 64)}], noise)


def all_cases() -> dict[str, Case]:
    cases = [*light_cases(), *ocr_cases(), minilm_case(), mobilenet_case(), lstm_case()]
    return {case.name: case for case in cases}


if __name__ == "__main__":
    print(*all_cases(), sep="\n")
