// Recurrent layers.
#include "Families.h"

#include "../LayerContext.h"

using namespace mlir;

namespace dlc::keras {

void registerRecurrentLayers(LayerTable &table) {}

} // namespace dlc::keras
