// The description of a model and the exported wrappers: see DescriptionEmitter.h.
#include "DescriptionEmitter.h"

#include "ConstantTables.h"
#include "dlc/Runtime/ABI.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::host;

namespace {

/// The structs of Runtime/Types.h and Runtime/ABI.h in LLVM types.
struct AbiTypes {
  explicit AbiTypes(MLIRContext *context) {
    Type ptr = LLVM::LLVMPointerType::get(context);
    Type i32 = IntegerType::get(context, 32);
    Type i64 = IntegerType::get(context, 64);
    Type f64 = Float64Type::get(context);
    auto structOf = [&](ArrayRef<Type> types) {
      return LLVM::LLVMStructType::getLiteral(context, types);
    };
    tensorInfo = structOf({ptr, i32, i32, ptr});
    functionInfo = structOf({ptr, ptr, ptr, i32, i32});
    kernelInfo = structOf({ptr, ptr, f64, f64});
    modelInfo = structOf({i32, i32, ptr, ptr, ptr, ptr, ptr, i32, i32, i64, i64, ptr, i64});
    // The tensor's info lies inside, flat: no padding differs.
    slotInfo = structOf({ptr, i32, i32, ptr, i64, i32, i32});
    function = structOf({ptr, i64, ptr, ptr, ptr});
    model = structOf({modelInfo, ptr, ptr, ptr});
  }

  LLVM::LLVMStructType tensorInfo, functionInfo, kernelInfo, slotInfo, modelInfo, function, model;
};

} // namespace

static Row tensorRow(ConstantTables &tables, const TensorDescription &tensor,
                     const std::string &dims) {
  return {tables.string(tensor.name), tables.int32(static_cast<int32_t>(tensor.dtype)),
          tables.int32(static_cast<int64_t>(tensor.dims.size())), tables.int64s(dims, tensor.dims)};
}

static Field emitTensors(ConstantTables &tables, const AbiTypes &types, const std::string &symbol,
                         const std::vector<TensorDescription> &tensors) {
  SmallVector<Row> rows;
  for (auto [index, tensor] : llvm::enumerate(tensors))
    rows.push_back(tensorRow(tables, tensor, symbol + "_dims" + std::to_string(index)));
  return tables.structs(symbol, types.tensorInfo, rows);
}

void dlc::host::emitModelDescription(OpBuilder &builder, Location loc,
                                     const ModelDescription &model, ArrayRef<FunctionCode> code,
                                     const std::string &costs) {
  AbiTypes types(builder.getContext());
  ConstantTables tables(builder, loc);

  auto pointerOrNull = [&](const std::string &symbol) {
    return symbol.empty() ? tables.null() : tables.pointer(symbol);
  };
  SmallVector<Row> infos;
  SmallVector<Row> functions;
  for (auto [function, behind] : llvm::zip_equal(model.functions, code)) {
    infos.push_back(
        {tables.string(function.name),
         emitTensors(tables, types, "table_" + function.name + "_inputs", function.inputs),
         emitTensors(tables, types, "table_" + function.name + "_outputs", function.outputs),
         tables.int32(static_cast<int64_t>(function.inputs.size())),
         tables.int32(static_cast<int64_t>(function.outputs.size()))});
    SmallVector<Field> conditions;
    for (const std::string &condition : behind.shapes.conditions)
      conditions.push_back(tables.string(condition));
    functions.push_back(
        {tables.pointer(behind.entry), tables.int64(static_cast<int64_t>(behind.hostArenaBytes)),
         pointerOrNull(behind.shapes.arenaBytes), pointerOrNull(behind.shapes.derive),
         tables.pointers("table_" + function.name + "_conditions", conditions)});
  }
  SmallVector<Row> kernels;
  for (const KernelDescription &kernel : model.kernels)
    kernels.push_back({tables.string(kernel.name), tables.string(kernel.kind),
                       tables.real(kernel.flops), tables.real(kernel.bytes)});

  SmallVector<Row> slots;
  for (auto [index, slot] : llvm::enumerate(model.slots)) {
    slots.push_back(tensorRow(tables, slot.tensor, "table_slot_dims" + std::to_string(index)));
    slots.back().append({tables.int64(static_cast<int64_t>(slot.offset)),
                         tables.int32(slot.ofModel), tables.int32(0)});
  }

  SmallVector<Field> symbols;
  for (const std::string &symbol : model.symbols)
    symbols.push_back(tables.string(symbol));

  auto bytes = static_cast<int64_t>(model.constantBytes);
  Row row = {tables.int32(DLC_ABI_VERSION),
             tables.int32(static_cast<int64_t>(functions.size())),
             tables.string(model.name),
             tables.string(model.version),
             tables.structs("table_function_infos", types.functionInfo, infos),
             tables.pointers("table_symbols", symbols),
             tables.structs("table_kernel_infos", types.kernelInfo, kernels),
             tables.int32(static_cast<int64_t>(symbols.size())),
             tables.int32(static_cast<int64_t>(kernels.size())),
             tables.int64(static_cast<int64_t>(model.stateBytes)),
             tables.int64(bytes),
             tables.structs("table_slots", types.slotInfo, slots),
             tables.int64(static_cast<int64_t>(slots.size())),
             tables.structs("table_functions", types.function, functions),
             bytes ? tables.hiddenBytes("dlc_constants", bytes) : tables.null(),
             pointerOrNull(costs)};
  tables.hiddenStruct("dlc_model", types.model, row);
}

namespace {

/// Emits one-call functions.
struct WrapperEmitter {
  OpBuilder &builder;
  Location loc;
  std::string prefix;

  /// `<prefix>_<suffix>(arguments)` returns `callee(arguments, extra)`.
  void emit(StringRef suffix, StringRef callee, Type result, ArrayRef<Type> arguments,
            std::optional<int32_t> extra = {});
};

} // namespace

static LLVM::LLVMFuncOp declareHidden(OpBuilder &builder, Location loc, StringRef name,
                                      LLVM::LLVMFunctionType type) {
  auto module = builder.getInsertionBlock()->getParentOp();
  if (auto declared = dyn_cast_or_null<LLVM::LLVMFuncOp>(SymbolTable::lookupSymbolIn(module, name)))
    return declared;
  auto function = LLVM::LLVMFuncOp::create(builder, loc, name, type);
  function.setVisibility_(LLVM::Visibility::Hidden);
  return function;
}

void WrapperEmitter::emit(StringRef suffix, StringRef callee, Type result, ArrayRef<Type> arguments,
                          std::optional<int32_t> extra) {
  Type i32 = builder.getI32Type();
  SmallVector<Type> calleeArguments(arguments);
  if (extra)
    calleeArguments.push_back(i32);
  LLVM::LLVMFuncOp target =
      declareHidden(builder, loc, callee, LLVM::LLVMFunctionType::get(result, calleeArguments));
  auto wrapper = LLVM::LLVMFuncOp::create(builder, loc, prefix + "_" + suffix.str(),
                                          LLVM::LLVMFunctionType::get(result, arguments));
  wrapper.setNoUnwind(true);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(wrapper.addEntryBlock(builder));
  SmallVector<Value> operands(wrapper.getArguments());
  if (extra)
    operands.push_back(LLVM::ConstantOp::create(builder, loc, i32, *extra));
  auto call = LLVM::CallOp::create(builder, loc, target, operands);
  call.setTailCallKind(LLVM::TailCallKind::Tail);
  LLVM::ReturnOp::create(builder, loc, call.getResults());
}

void dlc::host::emitWrappers(OpBuilder &builder, Location loc, const ModelDescription &model) {
  MLIRContext *context = builder.getContext();
  Type ptr = LLVM::LLVMPointerType::get(context);
  Type i32 = builder.getI32Type();
  Type i64 = builder.getI64Type();
  Type none = LLVM::LLVMVoidType::get(context);
  WrapperEmitter wrapper{builder, loc, symbolPrefix(model.name)};

  for (auto [index, function] : llvm::enumerate(model.functions))
    wrapper.emit(functionSuffix(function.name), "dlcrt_run", i32, {ptr, ptr, i64, ptr, i64},
                 static_cast<int32_t>(index));
  wrapper.emit("describe", "dlcrt_describe", ptr, {});
  wrapper.emit("context_create", "dlcrt_context_create", ptr, {ptr});
  wrapper.emit("context_destroy", "dlcrt_context_destroy", none, {ptr});
  wrapper.emit("output_shapes", "dlcrt_output_shapes", i32, {ptr, ptr, i64, ptr, i64, i32});
  wrapper.emit("state", "dlcrt_state", ptr, {ptr});
  wrapper.emit("last_error", "dlcrt_last_error", ptr, {ptr});
  wrapper.emit("status_string", "dlcrt_status_string", ptr, {i32});
  wrapper.emit("profile_enable", "dlcrt_profile_enable", none, {ptr, i32});
  wrapper.emit("profile_reset", "dlcrt_profile_reset", none, {ptr});
  wrapper.emit("profile", "dlcrt_profile", i64, {ptr, ptr, i64});
}
