// One writer a format; private to the layer.
#ifndef DLC_LIB_TRAINER_CHECKPOINTS_H
#define DLC_LIB_TRAINER_CHECKPOINTS_H

#include "dlc/Trainer/Checkpoint.h"

namespace dlc {

Status writeStateCheckpoint(const CheckpointRequest &request);
Status writeONNXCheckpoint(const CheckpointRequest &request);
Status writeKerasCheckpoint(const CheckpointRequest &request);

} // namespace dlc

#endif // DLC_LIB_TRAINER_CHECKPOINTS_H
