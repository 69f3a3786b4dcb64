// One register function a layer family: its rows in the table.
#ifndef DLC_LIB_IMPORT_KERAS_LAYERS_FAMILIES_H
#define DLC_LIB_IMPORT_KERAS_LAYERS_FAMILIES_H

#include "../LayerTable.h"

namespace dlc::keras {

void registerActivationLayers(LayerTable &table);
void registerAttentionLayers(LayerTable &table);
void registerConvolutionLayers(LayerTable &table);
void registerCoreLayers(LayerTable &table);
void registerMergingLayers(LayerTable &table);
void registerNormalizationLayers(LayerTable &table);
void registerOperations(LayerTable &table);
void registerPoolingLayers(LayerTable &table);
void registerRecurrentLayers(LayerTable &table);
void registerRegularizationLayers(LayerTable &table);
void registerReshapingLayers(LayerTable &table);

} // namespace dlc::keras

#endif // DLC_LIB_IMPORT_KERAS_LAYERS_FAMILIES_H
