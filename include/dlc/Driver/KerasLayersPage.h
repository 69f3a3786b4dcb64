// docs/KerasLayers.md, from the importer's tables.
#ifndef DLC_DRIVER_KERASLAYERSPAGE_H
#define DLC_DRIVER_KERASLAYERSPAGE_H

#include <string>

namespace dlc {

/// Every layer and activation function that dlc takes, as Markdown.
std::string kerasLayersPage();

} // namespace dlc

#endif // DLC_DRIVER_KERASLAYERSPAGE_H
