// C tables as LLVM dialect constants: see ConstantTables.h.
#include "ConstantTables.h"

using namespace mlir;
using namespace dlc::host;

LLVM::GlobalOp ConstantTables::global(StringRef symbol, Type type, LLVM::Linkage linkage,
                                      Attribute value) {
  return LLVM::GlobalOp::create(builder, loc, type, /*isConstant=*/true, linkage, symbol, value);
}

Field ConstantTables::string(StringRef text) {
  auto [found, isNew] = strings.try_emplace(text, "string" + std::to_string(strings.size()));
  if (isNew) {
    std::string terminated = text.str();
    terminated.push_back('\0');
    Type type = LLVM::LLVMArrayType::get(builder.getI8Type(), terminated.size());
    global(found->second, type, LLVM::Linkage::Internal, builder.getStringAttr(terminated));
  }
  return pointer(found->second);
}

Field ConstantTables::int64s(StringRef symbol, ArrayRef<int64_t> values) {
  if (values.empty())
    return null();
  Type type = LLVM::LLVMArrayType::get(builder.getI64Type(), values.size());
  global(symbol, type, LLVM::Linkage::Internal, builder.getI64TensorAttr(values));
  return pointer(symbol);
}

Value ConstantTables::fieldValue(Type type, Field field) {
  if (auto symbol = dyn_cast<FlatSymbolRefAttr>(field))
    return LLVM::AddressOfOp::create(builder, loc, type, symbol);
  if (isa<UnitAttr>(field))
    return LLVM::ZeroOp::create(builder, loc, type);
  return LLVM::ConstantOp::create(builder, loc, type, cast<TypedAttr>(field));
}

/// Inserts a row into `aggregate` below `position`, descending into nested structs.
static Value insertRow(OpBuilder &builder, Location loc, Value aggregate, Type type,
                       ArrayRef<Field> &fields, SmallVector<int64_t> position,
                       llvm::function_ref<Value(Type, Field)> valueOf) {
  if (auto nested = dyn_cast<LLVM::LLVMStructType>(type)) {
    for (auto [index, element] : llvm::enumerate(nested.getBody())) {
      SmallVector<int64_t> inner = position;
      inner.push_back(static_cast<int64_t>(index));
      aggregate = insertRow(builder, loc, aggregate, element, fields, inner, valueOf);
    }
    return aggregate;
  }
  Value value = valueOf(type, fields.front());
  fields = fields.drop_front();
  return LLVM::InsertValueOp::create(builder, loc, aggregate, value, position);
}

/// Fills the initializer of `op`, an array of elements (or, where `rows` is one row, that element).
static void initialize(OpBuilder &builder, LLVM::GlobalOp op, ArrayRef<Row> rows,
                       llvm::function_ref<Value(Type, Field)> valueOf) {
  OpBuilder::InsertionGuard guard(builder);
  builder.createBlock(&op.getInitializerRegion());
  Location loc = op.getLoc();
  auto array = dyn_cast<LLVM::LLVMArrayType>(op.getType());
  Value aggregate = LLVM::UndefOp::create(builder, loc, op.getType());
  for (auto [index, row] : llvm::enumerate(rows)) {
    ArrayRef<Field> fields(row);
    SmallVector<int64_t> position;
    if (array)
      position.push_back(static_cast<int64_t>(index));
    aggregate = insertRow(builder, loc, aggregate, array ? array.getElementType() : op.getType(),
                          fields, position, valueOf);
    assert(fields.empty() && "a field for each member");
  }
  LLVM::ReturnOp::create(builder, loc, aggregate);
}

Field ConstantTables::pointers(StringRef symbol, ArrayRef<Field> values) {
  if (values.empty())
    return null();
  SmallVector<Row> rows;
  for (Field value : values)
    rows.push_back({value});
  Type type =
      LLVM::LLVMArrayType::get(LLVM::LLVMPointerType::get(builder.getContext()), values.size());
  initialize(builder, global(symbol, type, LLVM::Linkage::Internal), rows,
             [&](Type element, Field field) { return fieldValue(element, field); });
  return pointer(symbol);
}

Field ConstantTables::structs(StringRef symbol, LLVM::LLVMStructType type, ArrayRef<Row> rows) {
  if (rows.empty())
    return null();
  Type array = LLVM::LLVMArrayType::get(type, rows.size());
  initialize(builder, global(symbol, array, LLVM::Linkage::Internal), rows,
             [&](Type element, Field field) { return fieldValue(element, field); });
  return pointer(symbol);
}

Field ConstantTables::hiddenBytes(StringRef symbol, int64_t count) {
  LLVM::GlobalOp op =
      global(symbol, LLVM::LLVMArrayType::get(builder.getI8Type(), count), LLVM::Linkage::External);
  op.setVisibility_(LLVM::Visibility::Hidden);
  return pointer(symbol);
}

void ConstantTables::hiddenStruct(StringRef symbol, LLVM::LLVMStructType type, const Row &row) {
  LLVM::GlobalOp op = global(symbol, type, LLVM::Linkage::External);
  op.setVisibility_(LLVM::Visibility::Hidden);
  initialize(builder, op, row,
             [&](Type element, Field field) { return fieldValue(element, field); });
}
