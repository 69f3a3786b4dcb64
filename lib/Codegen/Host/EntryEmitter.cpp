// The entry of one function: see EntryEmitter.h.
//
// Tensors are handed to kernels as halide_buffer_t. One set of slots on the stack serves all calls:
// what never changes in them is cleared once, and three stores a tensor set the rest.
#include "EntryEmitter.h"

#include "dlc/Codegen/Host/LowerHost.h"
#include "dlc/Dialect/DL/IR/ModelState.h"
#include "dlc/Dialect/DL/IR/Storage.h"
#include "dlc/Dialect/DL/IR/Symbols.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "dlc/Runtime/ABI.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::host;

static constexpr int64_t bufferBytes = 56;

/// halide_buffer_t in Halide 21: device, device_interface, host, flags, type and dimensions, dim,
/// padding.
static LLVM::LLVMStructType bufferType(MLIRContext *context) {
  Type ptr = LLVM::LLVMPointerType::get(context);
  Type i64 = IntegerType::get(context, 64);
  return LLVM::LLVMStructType::getLiteral(context, {i64, ptr, ptr, i64, i64, ptr, ptr});
}

/// halide_type_t and the rank, which follows it in halide_buffer_t, as one little-endian word. Bool
/// is a byte, 0 or 1.
static int64_t typeAndRank(RankedTensorType type) {
  enum Code : int64_t { Int = 0, UInt = 1, Float = 2, BFloat = 4 };
  DType dtype = *dl::dtypeOf(type.getElementType());
  int64_t code = dtype == DType::BF16 ? BFloat
                 : isFloat(dtype)     ? Float
                 : isSignedInt(dtype) ? Int
                                      : UInt;
  auto bits = static_cast<int64_t>(byteWidth(dtype) * 8);
  constexpr int64_t lanes = 1;
  return code | bits << 8 | lanes << 16 | type.getRank() << 32;
}

EntryEmitter::EntryEmitter(ModuleOp module, ConstantPool &constants, EntryMemory &memory)
    : module(module), constants(constants), memory(memory), builder(module.getContext()),
      tables(module.getContext()), loc(module.getLoc()),
      ptr(LLVM::LLVMPointerType::get(module.getContext())), i32(builder.getI32Type()),
      i64(builder.getI64Type()) {
  tables.setInsertionPointToEnd(module.getBody());
}

Value EntryEmitter::constant(Type type, int64_t value) {
  return LLVM::ConstantOp::create(builder, loc, type, value);
}

Value EntryEmitter::byteOffset(Value base, int64_t offset) {
  if (offset == 0)
    return base;
  SmallVector<LLVM::GEPArg> index;
  // A constant index of LLVM::GEPOp is kept in few bits, and wraps beyond them without a word.
  if (llvm::isInt<LLVM::kGEPConstantBitWidth>(offset))
    index.push_back(static_cast<int32_t>(offset));
  else
    index.push_back(constant(i64, offset));
  return LLVM::GEPOp::create(builder, loc, ptr, builder.getI8Type(), base, index);
}

Value EntryEmitter::byteOffset(Value base, AffineExpr offset) {
  if (std::optional<int64_t> bytes = dl::constantDim(offset))
    return byteOffset(base, *bytes);
  SmallVector<LLVM::GEPArg> index = {sizes->emit(offset)};
  return LLVM::GEPOp::create(builder, loc, ptr, builder.getI8Type(), base, index);
}

Value EntryEmitter::loadPointer(Value base, int64_t offset) {
  return LLVM::LoadOp::create(builder, loc, ptr, byteOffset(base, offset));
}

LLVM::LLVMFuncOp dlc::host::declareFunction(ModuleOp module, StringRef name, Type result,
                                            ArrayRef<Type> arguments) {
  if (auto declared = module.lookupSymbol<LLVM::LLVMFuncOp>(name))
    return declared;
  OpBuilder tables(module.getContext());
  tables.setInsertionPointToEnd(module.getBody());
  auto function = LLVM::LLVMFuncOp::create(tables, module.getLoc(), name,
                                           LLVM::LLVMFunctionType::get(result, arguments));
  function.setVisibility_(LLVM::Visibility::Hidden);
  function.setNoUnwind(true);
  return function;
}

EntryCode EntryEmitter::code() { return {builder, module, entry.getArgument(0), checkStatus}; }

LLVM::GlobalOp EntryEmitter::dimensionsOf(RankedTensorType type, ArrayRef<int64_t> strides) {
  auto joined = [](ArrayRef<int64_t> numbers) {
    return llvm::join(llvm::map_range(numbers, [](int64_t n) { return std::to_string(n); }), "x");
  };
  std::string name = "dims_" + joined(type.getShape());
  dl::Dims shape = dl::dimsOf(type);
  std::optional<SmallVector<int64_t>> dense = dl::constantDims(dl::denseStrides(shape));
  if (dl::isDense(shape, dl::dimsOf(module.getContext(), strides)))
    strides = *dense;
  else
    name += "_strides_" + joined(strides);
  if (auto known = module.lookupSymbol<LLVM::GlobalOp>(name))
    return known;
  // {min, extent, stride, flags} an axis; Halide's first dimension is the innermost axis.
  SmallVector<int32_t> fields;
  for (size_t axis = strides.size(); axis-- > 0;)
    fields.append(
        {0, static_cast<int32_t>(type.getDimSize(axis)), static_cast<int32_t>(strides[axis]), 0});
  auto global = LLVM::GlobalOp::create(
      tables, module.getLoc(), LLVM::LLVMArrayType::get(i32, fields.size()),
      /*isConstant=*/true, LLVM::Linkage::Internal, name, tables.getI32TensorAttr(fields));
  global.setAlignment(16);
  return global;
}

/// `set_tensor(slot, address, type and rank, dimensions)`.
LLVM::LLVMFuncOp EntryEmitter::tensorSetter() {
  StringRef name = "set_tensor";
  if (auto known = module.lookupSymbol<LLVM::LLVMFuncOp>(name))
    return known;
  Type none = LLVM::LLVMVoidType::get(module.getContext());
  auto setter = LLVM::LLVMFuncOp::create(tables, module.getLoc(), name,
                                         LLVM::LLVMFunctionType::get(none, {ptr, ptr, i64, ptr}),
                                         LLVM::Linkage::Internal);
  setter.setAlwaysInline(true);
  setter.setNoUnwind(true);
  OpBuilder body(module.getContext());
  body.setInsertionPointToStart(setter.addEntryBlock(body));
  auto store = [&](unsigned argument, BufferField field) {
    SmallVector<LLVM::GEPArg> indices = {0, static_cast<int32_t>(field)};
    Value address = LLVM::GEPOp::create(body, setter.getLoc(), ptr, bufferType(module.getContext()),
                                        setter.getArgument(0), indices);
    LLVM::StoreOp::create(body, setter.getLoc(), setter.getArgument(argument), address);
  };
  store(1, memory.addressField());
  store(2, TypeAndRank);
  store(3, Dimensions);
  LLVM::ReturnOp::create(body, setter.getLoc(), ValueRange());
  return setter;
}

Value EntryEmitter::addressOf(Value value) {
  const Placement &placement = plan->placementOf(value);
  // Kernels take a null host for a bounds query: where there are no bytes, any other pointer will
  // do.
  if (dl::constantDim(placement.bytes) == 0)
    return slots;
  switch (placement.space) {
  case Placement::Space::Input:
    return byteOffset(bases.inputs[placement.index], placement.within);
  case Placement::Space::Output:
    return byteOffset(bases.outputs[placement.index], placement.within);
  case Placement::Space::Constant: {
    auto constant = cast<dl::ConstantOp>(placement.root.getDefiningOp());
    auto offset = static_cast<int64_t>(constants.add(constant.getValue()));
    return byteOffset(byteOffset(bases.constants, offset), placement.within);
  }
  case Placement::Space::Arena:
    if (!placement.offset)
      return byteOffset(arenaPlaces[placement.entry], placement.within);
    return byteOffset(bases.arena, placement.offset + placement.within);
  case Placement::Space::State:
    return byteOffset(bases.state, placement.offset + placement.within);
  }
  llvm_unreachable("unknown space");
}

Value EntryEmitter::describe(Value value, unsigned slot) {
  return describe(slot, addressOf(value), cast<RankedTensorType>(value.getType()),
                  plan->placementOf(value).strides);
}

Value EntryEmitter::describe(unsigned slot, Value bytes, RankedTensorType type,
                             ArrayRef<AffineExpr> strides) {
  Value address = byteOffset(slots, static_cast<int64_t>(slot) * bufferBytes);
  // Kernels over symbols are told the sizes themselves.
  std::optional<SmallVector<int64_t>> known = dl::constantDims(strides);
  Value dimensions =
      type.getRank() == 0 || !type.hasStaticShape() || !known
          ? LLVM::ZeroOp::create(builder, loc, ptr).getResult()
          : LLVM::AddressOfOp::create(builder, loc, dimensionsOf(type, *known)).getResult();
  LLVM::CallOp::create(builder, loc, tensorSetter(),
                       ValueRange{address, bytes, constant(i64, typeAndRank(type)), dimensions});
  return address;
}

void EntryEmitter::storeAddress(unsigned slot, Value bytes) {
  SmallVector<LLVM::GEPArg> indices = {0, memory.addressField()};
  Value address = byteOffset(slots, static_cast<int64_t>(slot) * bufferBytes);
  Value field =
      LLVM::GEPOp::create(builder, loc, ptr, bufferType(module.getContext()), address, indices);
  LLVM::StoreOp::create(builder, loc, bytes, field);
}

void EntryEmitter::returnIfFailed(Value status) {
  Value isFailure =
      LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::ne, status, constant(i32, 0));
  Block *next = builder.createBlock(failed);
  builder.setInsertionPointToEnd(next->getPrevNode());
  LLVM::CondBrOp::create(builder, loc, isFailure, failed, ValueRange{status}, next, ValueRange());
  builder.setInsertionPointToEnd(next);
}

static bool hasNoBytes(Value value) { return dl::elementCountOf(value.getType()) == 0; }

void EntryEmitter::emitKernel(dl::KernelOp kernel, unsigned index) {
  if (llvm::all_of(kernel.getOutputs(), hasNoBytes))
    return;
  loc = kernel.getLoc();
  if (isa_and_nonnull<RecurrentOpInterface>(kernel.getAnchor()))
    return emitSteps(kernel, index);
  SmallVector<Value> arguments = {context};
  for (unsigned symbol : kernel.getSymbols()) {
    Value size = sizes->emit(getAffineSymbolExpr(symbol, module.getContext()));
    arguments.push_back(LLVM::TruncOp::create(builder, loc, i32, size));
  }
  SmallVector<Value> tensors(kernel.getInputs());
  llvm::append_range(tensors, kernel.getOutputs());
  for (auto [slot, tensor] : llvm::enumerate(tensors))
    arguments.push_back(describe(tensor, slot));

  SmallVector<Type> types(ValueRange(arguments).getTypes());
  LLVM::LLVMFuncOp callee = declareFunction(module, *kernel.getSymbol(), i32, types);
  emitCall(kernel, index, callee, arguments);
}

void EntryEmitter::emitCall(dl::KernelOp kernel, unsigned index, LLVM::LLVMFuncOp callee,
                            ValueRange arguments) {
  auto call = [&] {
    Value status;
    emitProfiled(
        index, [&] { status = LLVM::CallOp::create(builder, loc, callee, arguments).getResult(); });
    returnIfFailed(status);
  };
  Value isSome;
  for (AffineExpr size : emptySizes->sizesThatStop(kernel)) {
    Value above = LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::sgt, sizes->emit(size),
                                       constant(i64, 0));
    isSome = isSome ? LLVM::AndOp::create(builder, loc, isSome, above).getResult() : above;
  }
  if (!isSome)
    return call();
  Block *here = builder.getInsertionBlock();
  Block *run = builder.createBlock(failed);
  call();
  Block *end = builder.getInsertionBlock(), *next = builder.createBlock(failed);
  builder.setInsertionPointToEnd(here);
  LLVM::CondBrOp::create(builder, loc, isSome, run, ValueRange(), next, ValueRange());
  builder.setInsertionPointToEnd(end);
  LLVM::BrOp::create(builder, loc, ValueRange(), next);
  builder.setInsertionPointToEnd(next);
}

void EntryEmitter::emitProfiled(unsigned index, llvm::function_ref<void()> call) {
  Type none = LLVM::LLVMVoidType::get(module.getContext());
  LLVM::LLVMFuncOp begin = declareFunction(module, "dlcrt_kernel_begin", none, {ptr, i32});
  LLVM::LLVMFuncOp end = declareFunction(module, "dlcrt_kernel_end", none, {ptr, i32});
  SmallVector<Value> profile = {entry.getArgument(0), constant(i32, index)};
  LLVM::CallOp::create(builder, loc, begin, profile);
  call();
  LLVM::CallOp::create(builder, loc, end, profile);
}

void EntryEmitter::emitCopy(const OutputCopy &copy) {
  AffineExpr size = plan->placementOf(copy.source).bytes;
  if (dl::constantDim(size) == 0)
    return;
  Value bytes = sizes->emit(size);
  Value target =
      copy.stateOffset ? byteOffset(bases.state, *copy.stateOffset) : bases.outputs[copy.output];
  // Zeros (moments of an optimizer) take no room among the constants.
  if (dl::splatValue(copy.source) == 0.0)
    memory.clear(code(), target, bytes);
  else
    memory.copy(code(), target, addressOf(copy.source), bytes);
}

void EntryEmitter::loadCall(func::FuncOp function) {
  size_t most = 1;
  function.walk([&](dl::KernelOp kernel) {
    size_t tensors = kernel.getNumOperands() + kernel.getNumResults();
    if (auto recurrent = dyn_cast_if_present<RecurrentOpInterface>(kernel.getAnchor()))
      tensors = recurrent.getStepInputs().size() + recurrent.getStepOutputs().size();
    most = std::max(most, tensors);
  });
  Type slotType = LLVM::LLVMArrayType::get(bufferType(module.getContext()), most);
  slots = LLVM::AllocaOp::create(builder, loc, ptr, slotType, constant(i64, 1), /*alignment=*/64);
  LLVM::MemsetOp::create(builder, loc, slots, constant(builder.getI8Type(), 0),
                         constant(i64, static_cast<int64_t>(most) * bufferBytes),
                         /*isVolatile=*/false);
  Value call = entry.getArgument(0);
  context = loadPointer(call, offsetof(dlcrt_call, context));
  bases.arena = loadPointer(call, offsetof(dlcrt_call, arena));
  bases.state = loadPointer(call, offsetof(dlcrt_call, state));
  bases.constants = loadPointer(call, offsetof(dlcrt_call, constants));
  auto loadAll = [&](int64_t offset, size_t count) {
    SmallVector<Value> pointers;
    Value base = loadPointer(call, offset);
    for (size_t i = 0; i < count; ++i)
      pointers.push_back(loadPointer(base, static_cast<int64_t>(i * sizeof(void *))));
    return pointers;
  };
  sizes.emplace(builder, loc, loadPointer(call, offsetof(dlcrt_call, dims)));
  FunctionDescription description = describeFunction(function);
  bases.inputs = loadAll(offsetof(dlcrt_call, inputs), description.inputs.size());
  bases.outputs = loadAll(offsetof(dlcrt_call, outputs), description.outputs.size());
  undecided = dl::dataSymbols(module);
  emptySizes.emplace(function);
  outputTypes.clear();
  allocated.clear();
  for (auto [index, type] : llvm::enumerate(function.getResultTypes()))
    if (!dl::resultSlot(function, index))
      outputTypes.push_back(cast<RankedTensorType>(type));
}

void EntryEmitter::layOutArena(StringRef layout) {
  arenaPlaces.clear();
  if (layout.empty())
    return;
  size_t count = plan->arenaEntries().size();
  Type table = LLVM::LLVMArrayType::get(i64, count);
  Value offsets = LLVM::AllocaOp::create(builder, loc, ptr, table, constant(i64, 1));
  Value dims = loadPointer(entry.getArgument(0), offsetof(dlcrt_call, dims));
  LLVM::CallOp::create(builder, loc, TypeRange(i64), layout, ValueRange{dims, offsets});
  for (size_t index = 0; index < count; ++index) {
    Value place = byteOffset(offsets, static_cast<int64_t>(index * sizeof(int64_t)));
    SmallVector<LLVM::GEPArg> offset = {LLVM::LoadOp::create(builder, loc, i64, place).getResult()};
    arenaPlaces.push_back(
        LLVM::GEPOp::create(builder, loc, ptr, builder.getI8Type(), bases.arena, offset));
  }
}

void EntryEmitter::emit(func::FuncOp function, const ArenaPlan &functionPlan, StringRef layout,
                        StringRef name, std::vector<KernelRow> &kernels) {
  plan = &functionPlan;
  loc = function.getLoc();
  builder.setInsertionPoint(function);
  entry = LLVM::LLVMFuncOp::create(builder, loc, name, LLVM::LLVMFunctionType::get(i32, {ptr}),
                                   LLVM::Linkage::Internal);
  entry.setNoUnwind(true);
  Block *start = entry.addEntryBlock(builder);
  failed = builder.createBlock(&entry.getBody(), {}, {i32}, {loc});
  LLVM::ReturnOp::create(builder, loc, ValueRange{failed->getArgument(0)});

  builder.setInsertionPointToStart(start);
  loadCall(function);
  memory.begin(code(), function, *plan, bases);
  layOutArena(layout);
  for (Operation &op : function.getBody().front()) {
    if (auto decision = dyn_cast<dl::DecideSizeOp>(op))
      emitDecision(decision);
    auto kernel = dyn_cast<dl::KernelOp>(op);
    if (!kernel)
      continue;
    emitKernel(kernel, static_cast<unsigned>(kernels.size()));
    kernels.push_back(describeKernel(kernel));
  }
  loc = function.getLoc();
  for (const OutputCopy &copy : plan->outputCopies())
    emitCopy(copy);
  LLVM::ReturnOp::create(builder, loc, ValueRange{memory.end(code())});
  if (failed->use_empty())
    failed->erase();
}
