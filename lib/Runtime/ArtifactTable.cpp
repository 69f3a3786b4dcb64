// The one symbol that every shared library of ours exports under the same name, so that tools can
// use it without knowing its prefix.
#include "dlc/Runtime/ABI.h"

extern "C" __attribute__((visibility("default"))) const dlc_artifact_table dlc_artifact;

extern "C" const dlc_artifact_table dlc_artifact = {
    DLC_ABI_VERSION,       sizeof(dlc_artifact_table),
    dlcrt_describe,        dlcrt_context_create,
    dlcrt_context_destroy, dlcrt_run,
    dlcrt_output_shapes,   dlcrt_state,
    dlcrt_last_error,      dlcrt_status_string,
    dlcrt_profile_enable,  dlcrt_profile_reset,
    dlcrt_profile,         dlcrt_arena_bytes};
