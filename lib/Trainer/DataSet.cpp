// Reading data sets and fitting them to a step.
#include "dlc/Trainer/DataSet.h"

#include "dlc/Driver/NumPyFile.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

using namespace dlc;

//===-- Reading ----------------------------------------------------------------------------===//

using Arrays = std::map<std::string, Tensor>;

static std::string keysOf(const Arrays &arrays) {
  std::string text;
  for (const auto &[key, tensor] : arrays)
    text += (text.empty() ? "" : ", ") + key;
  return text.empty() ? "none" : text;
}

/// The examples under these keys; `weights` may be missing.
static Expected<Examples> take(const Arrays &arrays, const std::string &path, const std::string &x,
                               const std::string &y, const std::string &weights) {
  Examples examples;
  examples.source = path;
  auto find = [&](const std::string &key) {
    auto found = arrays.find(key);
    return found == arrays.end() ? Tensor() : found->second;
  };
  examples.x = find(x);
  examples.y = find(y);
  examples.weights = find(weights);
  for (const auto &[key, tensor] : {std::pair(x, examples.x), std::pair(y, examples.y)}) {
    if (!tensor)
      return badInput(path + ": expected an array '" + key + "', found " + keysOf(arrays));
    if (tensor.rank() == 0)
      return badInput(path + ": '" + key + "': expected a first axis of examples, found a scalar");
  }
  if (examples.count() == 0)
    return badInput(path + ": '" + x + "': expected one example or more, found none");
  for (const auto &[key, tensor] : {std::pair(y, examples.y), std::pair(weights, examples.weights)})
    if (tensor && (tensor.rank() == 0 || tensor.shape().front() != examples.count()))
      return badInput(path + ": '" + key + "': expected " + std::to_string(examples.count()) +
                      " examples as in '" + x + "', found shape " + shapeString(tensor.shape()));
  return examples;
}

Expected<DataSet> dlc::readDataSet(const std::string &path) {
  Expected<Arrays> arrays = readNpz(path);
  if (!arrays)
    return arrays.error();
  bool split = arrays->contains("x_train") || arrays->contains("y_train");
  if (!split && !arrays->contains("x") && !arrays->contains("y"))
    return badInput(path +
                    ": expected the arrays x and y, or x_train, y_train, x_test and y_test; "
                    "found " +
                    keysOf(*arrays));
  DataSet data;
  Expected<Examples> train = split ? take(*arrays, path, "x_train", "y_train", "sample_weight")
                                   : take(*arrays, path, "x", "y", "sample_weight");
  if (!train)
    return train.error();
  data.train = *train;
  if (split && (arrays->contains("x_test") || arrays->contains("y_test"))) {
    Expected<Examples> test = take(*arrays, path, "x_test", "y_test", "");
    if (!test)
      return test.error();
    data.validation = *test;
  }
  return data;
}

Expected<Examples> dlc::readValidationData(const std::string &path) {
  Expected<Arrays> arrays = readNpz(path);
  if (!arrays)
    return arrays.error();
  return arrays->contains("x_test") ? take(*arrays, path, "x_test", "y_test", "")
                                    : take(*arrays, path, "x", "y", "sample_weight");
}

//===-- Fitting ----------------------------------------------------------------------------===//

static Shape withoutFirst(const Shape &shape) { return {shape.begin() + 1, shape.end()}; }

static Shape withoutOnes(Shape shape) {
  std::erase(shape, 1);
  return shape;
}

/// `Nx3x224x224`, N the examples.
static std::string exampleString(const Shape &shape) {
  Shape rest = withoutFirst(shape);
  return rest.empty() ? "N" : "Nx" + shapeString(rest);
}

/// `5`, `1.5`.
static std::string numberString(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%g", value);
  return text;
}

/// Every element a whole number in [0, classes).
static Status checkClasses(const Examples &examples, int64_t classes) {
  for (int64_t i = 0; i < examples.y.numElements(); ++i) {
    double value = examples.y.asDouble(i);
    if (value != std::floor(value) || value < 0 || value >= static_cast<double>(classes))
      return badInput(examples.source + ": 'y': expected class numbers from 0 to " +
                      std::to_string(classes - 1) + ", found " + numberString(value) +
                      " at element " + std::to_string(i));
  }
  return {};
}

static Error mismatch(const Examples &examples, const char *key, const Tensor &found,
                      const std::string &name, const Shape &expected, const std::string &advice) {
  return badInput(examples.source + ": '" + key + "': expected shape " + exampleString(expected) +
                  " for the model's '" + name + "', found " + shapeString(found.shape()) + advice);
}

void dlc::adjustInputRank(Examples &examples, const Shape &shape) {
  Shape found = examples.x.shape();
  if (found.size() + 1 == shape.size() && shape.back() == 1)
    found.push_back(1);
  else if (found.size() == shape.size() + 1 && found.size() > 1 && found.back() == 1)
    found.pop_back();
  else
    return;
  examples.x = examples.x.reshaped(found);
}

/// What a target of the wrong shape looks like that another cross-entropy would take; empty where
/// nothing.
static std::string otherLoss(const Tensor &target, const FunctionDescription &step) {
  const Shape &scores = step.outputs[1].dims;
  bool wantsScores = isFloat(step.inputs[1].dtype);
  Shape found = withoutFirst(target.shape()), classes = withoutFirst(scores);
  bool onePerExample =
      !classes.empty() && withoutOnes(found) == withoutOnes({classes.begin(), classes.end() - 1});
  if (wantsScores && onePerExample)
    return "; for class numbers choose the loss sparse_categorical_crossentropy";
  if (!wantsScores && found == classes)
    return "; for one-hot rows choose the loss categorical_crossentropy";
  return {};
}

Status dlc::checkInput(const Examples &examples, const std::string &name, const Shape &shape) {
  if (withoutFirst(examples.x.shape()) != withoutFirst(shape))
    return mismatch(examples, "x", examples.x, name, shape, "");
  return {};
}

Expected<Examples> dlc::fitToStep(Examples examples, const FunctionDescription &step) {
  const TensorDescription &input = step.inputs[0], &target = step.inputs[1];
  adjustInputRank(examples, input.dims);
  if (Status status = checkInput(examples, input.name, input.dims); !status)
    return status.error();
  Shape wanted = withoutFirst(target.dims);
  if (withoutOnes(withoutFirst(examples.y.shape())) != withoutOnes(wanted))
    return mismatch(examples, "y", examples.y, target.name, target.dims,
                    otherLoss(examples.y, step));
  wanted.insert(wanted.begin(), examples.count());
  examples.y = examples.y.reshaped(wanted);
  if (!isFloat(target.dtype))
    if (Status status = checkClasses(examples, step.outputs[1].dims.back()); !status)
      return status.error();
  bool weighted = step.inputs.size() > 2;
  if (!weighted) {
    examples.weights = Tensor();
    return examples;
  }
  if (examples.weights && examples.weights.numElements() != examples.count())
    return badInput(examples.source + ": 'sample_weight': expected one weight an example, found " +
                    shapeString(examples.weights.shape()));
  if (!examples.weights) {
    examples.weights = Tensor(DType::F32, {examples.count()});
    std::fill_n(examples.weights.data<float>(), examples.count(), 1.0f);
  }
  return examples;
}

//===-- Batches ----------------------------------------------------------------------------===//

Batch::Batch(const FunctionDescription &step, int64_t size) {
  for (const TensorDescription &input : step.inputs) {
    Shape shape = input.dims;
    shape.front() = size;
    tensors.emplace_back(input.dtype, std::move(shape));
  }
}

/// Copies the rows `indices` of `from`, converted to the type of `to`.
static void copyRows(const Tensor &from, std::span<const int64_t> indices, Tensor &to) {
  int64_t row = from.numElements() / from.shape().front();
  size_t bytes = static_cast<size_t>(row) * byteWidth(from.dtype());
  Tensor rows = from.dtype() == to.dtype() ? to : Tensor::uninitialized(from.dtype(), to.shape());
  for (size_t i = 0; i < indices.size(); ++i)
    std::copy_n(from.raw() + static_cast<size_t>(indices[i]) * bytes, bytes,
                rows.raw() + i * bytes);
  if (from.dtype() == to.dtype())
    return;
  Tensor converted = rows.cast(to.dtype());
  std::copy_n(converted.raw(), converted.numBytes(), to.raw());
}

void Batch::fill(const Examples &examples, std::span<const int64_t> indices) {
  copyRows(examples.x, indices, tensors[0]);
  copyRows(examples.y, indices, tensors[1]);
  if (tensors.size() > 2)
    copyRows(examples.weights, indices, tensors[2]);
}
