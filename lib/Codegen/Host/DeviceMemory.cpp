// Kernels work in a device's memory: one block holds the arena as planned, and behind it a place
// for each input and output; the state has a block of its own, which stays on the device between
// runs. Transfers stand at the edges of the entry only.
#include "EntryMemory.h"

#include "dlc/Dialect/DL/IR/ModelState.h"
#include "dlc/Dialect/DL/IR/ShapeInference.h"
#include "dlc/Runtime/ABI.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::host;

namespace {

/// A piece of host memory and its place in the device's block.
struct Transfer {
  Value host;
  Value device;
  int64_t bytes = 0;
};

class DeviceMemory : public EntryMemory {
public:
  explicit DeviceMemory(schedule::DeviceKind kind) : kind(kind) {}

  BufferField addressField() const override { return DeviceAddress; }
  void begin(EntryCode code, func::FuncOp function, const ArenaPlan &plan,
             EntryBases &bases) override;
  void copy(EntryCode code, Value to, Value from, Value bytes) override {
    call(code, "dlcrt_device_copy", {code.call, to, from, bytes});
  }
  void clear(EntryCode code, Value to, Value bytes) override {
    call(code, "dlcrt_device_clear", {code.call, to, bytes});
  }
  Value end(EntryCode code) override;
  uint64_t hostArenaBytes(const ArenaPlan &) const override { return 0; }

private:
  /// A place for `bytes` behind what was placed before.
  int64_t place(int64_t bytes);
  void placeTensors(func::FuncOp function);
  /// Calls a function of the runtime; the result, where it has one.
  static Value call(EntryCode code, StringRef name, ArrayRef<Value> arguments, Type result = {});
  static Value constant(EntryCode code, int64_t value);
  static Value offset(EntryCode code, Value base, int64_t bytes);
  LLVM::GlobalOp driver(ModuleOp module) const;

  schedule::DeviceKind kind;
  // Of the entry that is being emitted.
  int64_t blockBytes = 0;
  SmallVector<int64_t> inputOffsets, outputOffsets, inputBytes, outputBytes;
  SmallVector<Transfer> downloads;
};

} // namespace

static int64_t bytesOf(Type type) {
  AffineExpr bytes = byteSizeOf(type);
  assert(bytes && dl::constantDim(bytes) && "sizes on a device are constants");
  return *dl::constantDim(bytes);
}

int64_t DeviceMemory::place(int64_t bytes) {
  constexpr int64_t alignment = 256; // of cuMemAlloc; more than vectors of any device ask for
  int64_t begin = (blockBytes + alignment - 1) / alignment * alignment;
  blockBytes = begin + bytes;
  return begin;
}

void DeviceMemory::placeTensors(func::FuncOp function) {
  for (auto [index, type] : llvm::enumerate(function.getArgumentTypes()))
    if (!dl::argumentSlot(function, index)) {
      inputBytes.push_back(bytesOf(type));
      inputOffsets.push_back(place(inputBytes.back()));
    }
  for (auto [index, type] : llvm::enumerate(function.getResultTypes()))
    if (!dl::resultSlot(function, index)) {
      outputBytes.push_back(bytesOf(type));
      outputOffsets.push_back(place(outputBytes.back()));
    }
}

Value DeviceMemory::constant(EntryCode code, int64_t value) {
  return LLVM::ConstantOp::create(code.builder, code.call.getLoc(), code.builder.getI64Type(),
                                  value);
}

Value DeviceMemory::offset(EntryCode code, Value base, int64_t bytes) {
  SmallVector<LLVM::GEPArg> index = {constant(code, bytes)};
  return LLVM::GEPOp::create(code.builder, code.call.getLoc(), base.getType(),
                             code.builder.getI8Type(), base, index);
}

Value DeviceMemory::call(EntryCode code, StringRef name, ArrayRef<Value> arguments, Type result) {
  Type none = LLVM::LLVMVoidType::get(code.builder.getContext());
  SmallVector<Type> types(ValueRange(arguments).getTypes());
  LLVM::LLVMFuncOp callee = declareFunction(code.module, name, result ? result : none, types);
  auto made = LLVM::CallOp::create(code.builder, code.call.getLoc(), callee, arguments);
  return result ? made.getResult() : Value();
}

/// The driver's table, which the runtime defines.
LLVM::GlobalOp DeviceMemory::driver(ModuleOp module) const {
  std::string name = ("dlcrt_" + Twine(schedule::deviceName(kind)) + "_driver").str();
  if (auto known = module.lookupSymbol<LLVM::GlobalOp>(name))
    return known;
  OpBuilder builder(module.getContext());
  builder.setInsertionPointToEnd(module.getBody());
  auto global = LLVM::GlobalOp::create(builder, module.getLoc(), builder.getI8Type(),
                                       /*isConstant=*/true, LLVM::Linkage::External, name,
                                       /*value=*/Attribute());
  global.setVisibility_(LLVM::Visibility::Hidden);
  return global;
}

void DeviceMemory::begin(EntryCode code, func::FuncOp function, const ArenaPlan &plan,
                         EntryBases &bases) {
  Location loc = code.call.getLoc();
  Type ptr = code.call.getType(), i32 = code.builder.getI32Type();
  blockBytes = 0;
  for (SmallVector<int64_t> *list : {&inputOffsets, &outputOffsets, &inputBytes, &outputBytes})
    list->clear();
  downloads.clear();
  place(plan.arenaBytes());
  placeTensors(function);

  auto memoryType = LLVM::LLVMStructType::getLiteral(code.builder.getContext(), {ptr, ptr, ptr});
  Value one = LLVM::ConstantOp::create(code.builder, loc, i32, 1);
  Value memory = LLVM::AllocaOp::create(code.builder, loc, ptr, memoryType, one);
  Value table = LLVM::AddressOfOp::create(code.builder, loc, driver(code.module));
  code.returnIfFailed(call(code, "dlcrt_device_begin",
                           {code.call, table, constant(code, blockBytes), memory}, i32));
  auto load = [&](int64_t field) -> Value {
    return LLVM::LoadOp::create(code.builder, loc, ptr, offset(code, memory, field));
  };
  bases.arena = load(offsetof(dlcrt_device_memory, arena));
  bases.constants = load(offsetof(dlcrt_device_memory, constants));
  bases.state = load(offsetof(dlcrt_device_memory, state));

  auto upload = [&](Value host, int64_t at, int64_t bytes) {
    Value device = offset(code, bases.arena, at);
    call(code, "dlcrt_device_upload", {code.call, device, host, constant(code, bytes)});
    return device;
  };
  for (auto [index, base] : llvm::enumerate(bases.inputs))
    base = upload(base, inputOffsets[index], inputBytes[index]);
  for (auto [index, base] : llvm::enumerate(bases.outputs)) {
    Value device = offset(code, bases.arena, outputOffsets[index]);
    downloads.push_back({base, device, outputBytes[index]});
    base = device;
  }
}

Value DeviceMemory::end(EntryCode code) {
  for (const Transfer &transfer : downloads)
    call(code, "dlcrt_device_download",
         {code.call, transfer.host, transfer.device, constant(code, transfer.bytes)});
  return call(code, "dlcrt_device_end", {code.call}, code.builder.getI32Type());
}

std::unique_ptr<EntryMemory> dlc::host::makeDeviceMemory(schedule::DeviceKind kind) {
  return std::make_unique<DeviceMemory>(kind);
}
