// Data sets: what a training step is fed with, checked against what it takes before the first step.
#ifndef DLC_TRAINER_DATASET_H
#define DLC_TRAINER_DATASET_H

#include "dlc/Artifact/Description.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/Tensor.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dlc {

/// Examples with their targets: row i of each tensor belongs together.
struct Examples {
  std::string source; ///< a file, for diagnostics
  Tensor x;
  Tensor y;
  Tensor weights; ///< one an example; empty where all count alike

  int64_t count() const { return x ? x.shape().front() : 0; }
};

struct DataSet {
  Examples train;
  std::optional<Examples> validation;
};

/// Reads an `.npz` file with the arrays x and y (and sample_weight), or x_train and y_train (and
/// sample_weight) with x_test and y_test for validation. BadInput where arrays are missing or do
/// not have one number of examples.
Expected<DataSet> readDataSet(const std::string &path);

/// Reads an `.npz` file with x and y (and sample_weight), or x_test and y_test.
Expected<Examples> readValidationData(const std::string &path);

/// `count` examples of random numbers that a step takes: class indices and one-hot rows where
/// `loss` wants them. The same for a seed on every machine.
Examples randomExamples(const FunctionDescription &step, const std::string &loss, int64_t count,
                        uint64_t seed);

/// Adds to x, or takes from it, the last axis of size 1 that a model's input of this shape has
/// (open sizes are negative) or lacks, as Keras does (models/functional.py, _adjust_input_rank).
void adjustInputRank(Examples &examples, const Shape &shape);

/// Whether x has the axes behind the first that the model's input `name` has. BadInput where not.
Status checkInput(const Examples &examples, const std::string &name, const Shape &shape);

/// `examples` as `step` (train_step or eval_step) takes them, but for the number in a batch: axes
/// of size 1 are added to and taken from targets, and weights are made where the step wants some.
/// BadInput where shapes do not fit, and where a class index is none.
Expected<Examples> fitToStep(Examples examples, const FunctionDescription &step);

/// The inputs of a step, filled from chosen examples.
class Batch {
public:
  /// Tensors for `size` examples in the types that `step` takes.
  Batch(const FunctionDescription &step, int64_t size);
  /// Copies the examples with these indices (as many as the batch has) into the tensors.
  void fill(const Examples &examples, std::span<const int64_t> indices);
  const std::vector<Tensor> &inputs() const { return tensors; }

private:
  std::vector<Tensor> tensors;
};

/// The numbers 0 to `count` - 1 in the order of epoch `epoch`: a permutation that `seed` decides.
std::vector<int64_t> shuffledOrder(int64_t count, uint64_t seed, uint64_t epoch);

} // namespace dlc

#endif // DLC_TRAINER_DATASET_H
