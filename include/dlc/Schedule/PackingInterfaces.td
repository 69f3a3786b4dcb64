// How ops have their weights stored. Attached as external models by lib/Schedule/Shapes, one file an op family.
#ifndef DLC_SCHEDULE_PACKINGINTERFACES_TD
#define DLC_SCHEDULE_PACKINGINTERFACES_TD

include "mlir/IR/OpBase.td"

def PackedWeightOpInterface : OpInterface<"PackedWeightOpInterface"> {
  let cppNamespace = "::dlc::schedule";
  let description = [{
    An anchor with an operand that its templates read in an order of their own. Where the operand is a constant it is
    stored in that order when the kernel has its schedule; where it is computed, the kernel packs it by itself.
  }];
  let methods = [
    InterfaceMethod<[{
        How the operand is to be stored for the schedule of the op's kernel; nothing where it stays as it is, or is
        packed already.
      }],
      "::std::optional<::dlc::schedule::WeightPacking>", "getWeightPacking",
      (ins "const ::dlc::schedule::MachineFacts &":$facts)>,
  ];
}

#endif // DLC_SCHEDULE_PACKINGINTERFACES_TD
