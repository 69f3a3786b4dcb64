// Ops that draw random numbers. There is no generator: a number is a function of a key, a stream and a place, so
// that a forward and a backward pass, one thread and many, and any order of evaluation see the same numbers
// (dlc/Support/CounterRandom.h).
#ifndef DLC_DIALECT_DL_IR_DLRANDOMOPS_TD
#define DLC_DIALECT_DL_IR_DLRANDOMOPS_TD

include "dlc/Dialect/DL/IR/DLBase.td"

def DL_DropoutOp : DL_Op<"dropout", "Injective",
    [DL_DependsOnPlace, DeclareOpInterfaceMethods<TrainingModeOpInterface>]> {
  let summary = "0 with the probability `rate`, else x / (1 - rate); the identity without a key";
  let description = [{
    Without `key` the op is undecided: it means dropout in training and the identity at inference, which is
    what it evaluates to. With `key`, a seed and the number of the step, element i is dropped where
    randomBits(key, stream, i) < rate * 2^32, i counted in row-major order with the `shared_axes` left out:
    along those, all elements meet the same fate. Rate 1 gives zeros. Ops with one key and one `stream` drop the
    same elements, which is how the gradient, the same op on the cotangent, knows them.
  }];
  let arguments = (ins DL_FloatTensor:$operand, Optional<RankedTensorOf<[I64]>>:$key, F64Attr:$rate,
                       DefaultValuedAttr<I64Attr, "0">:$stream,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$shared_axes);
  let results = (outs DL_FloatTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$operand (`,` $key^)? attr-dict `:` functional-type(operands, results)";
}

#endif // DLC_DIALECT_DL_IR_DLRANDOMOPS_TD
