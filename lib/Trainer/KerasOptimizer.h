// The variables of Keras's optimizers as values of the state; private to the layer.
#ifndef DLC_LIB_TRAINER_KERASOPTIMIZER_H
#define DLC_LIB_TRAINER_KERASOPTIMIZER_H

#include "dlc/Trainer/TrainingProgram.h"

#include <string>
#include <string_view>
#include <vector>

namespace dlc {

/// The values of `state` that Keras 3 keeps as `optimizer/vars/0`, `/1`, ... of the optimizer that
/// dlc calls `optimizer`: the iteration, the learning rate, then its slots.
std::vector<const StateValue *> optimizerVariables(std::string_view optimizer,
                                                   const std::vector<StateValue> &state);

/// `optimizer/vars/3`.
std::string optimizerVariablePath(size_t index);

} // namespace dlc

#endif // DLC_LIB_TRAINER_KERASOPTIMIZER_H
