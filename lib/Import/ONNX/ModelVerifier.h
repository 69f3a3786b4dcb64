// The structural promises of Graph: single definitions, topological order, no dangling name.
#ifndef DLC_LIB_IMPORT_ONNX_MODELVERIFIER_H
#define DLC_LIB_IMPORT_ONNX_MODELVERIFIER_H

#include "dlc/Import/ONNX/Model.h"

#include <string>

namespace dlc::onnx {

/// Checks that each value of `graph` is defined once, and sorts its nodes, stably, where the file
/// did not. Subgraphs must be ordered already. Throws ReadFailure, naming a node of the cycle where
/// there is one.
void orderGraph(Graph &graph, const std::string &where);

/// Checks that every name that `graph` and its subgraphs use is defined. Throws ReadFailure.
void verifyNames(const Graph &graph);

} // namespace dlc::onnx

#endif // DLC_LIB_IMPORT_ONNX_MODELVERIFIER_H
