//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// sparse_gpu.convert to constants, or to calls of libsparsegpu_formats.so.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Conversion/Passes.h"
#include "SparseGPU/Dialect/SparseGPU/IR/ConstantConversion.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace sparsegpu {
#define GEN_PASS_DEF_LOWERCONVERSIONS
#include "SparseGPU/Conversion/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;
using namespace sparsegpu;

//===----------------------------------------------------------------------===//
// Who frees the result
//===----------------------------------------------------------------------===//

/// True if the storage of `value` may be reached after the end of `home`, the
/// block that it is made in, or an argument of. `functions` are those that are
/// looked into.
static bool mayLeave(Value value, Block *home,
                     SmallVectorImpl<Operation *> &functions) {
  for (OpOperand &use : value.getUses()) {
    Operation *user = use.getOwner();
    if (!home->findAncestorOpInBlock(*user))
      return true;
    if (isa<tensor::DimOp, ConvertOp>(user))
      continue;
    if (auto view = dyn_cast<bufferization::ToBufferOp>(user);
        view && view.getReadOnly())
      continue;
    if (isa<SpMMOp, linalg::LinalgOp>(user)) {
      if (cast<DestinationStyleOpInterface>(user).isDpsInit(&use))
        return true;
      continue;
    }
    if (isa<AssembleOp, DisassembleOp, tensor::CastOp, arith::SelectOp>(user)) {
      for (Value result : user->getResults())
        if (isa<TensorType>(result.getType()) &&
            mayLeave(result, home, functions))
          return true;
      continue;
    }
    auto call = dyn_cast<func::CallOp>(user);
    auto callee = call ? SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
                             call, call.getCalleeAttr())
                       : func::FuncOp();
    if (!callee || callee.isExternal() ||
        llvm::is_contained(functions, callee.getOperation()))
      return true;
    functions.push_back(callee);
    bool leaves = mayLeave(callee.getArgument(use.getOperandNumber()),
                           &callee.front(), functions);
    functions.pop_back();
    if (leaves)
      return true;
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

namespace {
/// Builds the calls of one conversion.
class ConversionCalls {
public:
  ConversionCalls(ConvertOp op, const StorageDescription &from,
                  const StorageDescription &to)
      : op(op), from(from), to(to), builder(op), loc(op.getLoc()),
        module(op->getParentOfType<ModuleOp>()),
        pointer(LLVM::LLVMPointerType::get(op.getContext())),
        fromType(cast<RankedTensorType>(op.getSource().getType())),
        toType(cast<RankedTensorType>(op.getResult().getType())) {}

  /// Replaces the operation.
  void build();

private:
  /// Calls sparsegpu_conversion_<name>, which gives a value of type `result`,
  /// or nothing where that is null.
  Value call(StringRef name, ValueRange arguments, Type result = Type());
  /// The address of a constant text.
  Value text(const std::string &value);
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(builder, loc, value);
  }
  Value addressOf(Value buffer) {
    return memref::ExtractAlignedPointerAsIndexOp::create(builder, loc, buffer);
  }
  std::string describe();
  void passSource(ValueRange parts);
  void passParameters(const StorageDescription &side);
  /// Field `number` of the result, in new memory.
  Value takeField(int64_t number, RankedTensorType type, ValueRange sizes,
                  bool writable);

  ConvertOp op;
  const StorageDescription &from, &to;
  OpBuilder builder;
  Location loc;
  ModuleOp module;
  Type pointer;
  RankedTensorType fromType, toType;
  Value handle, rows, columns;
  SmallVector<Value> buffers;
};
} // namespace

Value ConversionCalls::call(StringRef name, ValueRange arguments, Type result) {
  std::string symbol = ("sparsegpu_conversion_" + name).str();
  auto callee = module.lookupSymbol<func::FuncOp>(symbol);
  if (!callee) {
    OpBuilder atStart = OpBuilder::atBlockBegin(module.getBody());
    TypeRange results = result ? TypeRange(result) : TypeRange();
    callee = func::FuncOp::create(
        atStart, loc, symbol,
        builder.getFunctionType(arguments.getTypes(), results));
    callee.setPrivate();
  }
  auto made = func::CallOp::create(builder, loc, callee, arguments);
  return result ? made.getResult(0) : Value();
}

Value ConversionCalls::text(const std::string &value) {
  // Equal texts are one global.
  std::string bytes = value + '\0';
  for (auto global : module.getOps<LLVM::GlobalOp>()) {
    auto held = dyn_cast_or_null<StringAttr>(global.getValueOrNull());
    if (held && held.getValue() == bytes &&
        global.getSymName().starts_with("sparse_gpu_text_"))
      return LLVM::AddressOfOp::create(builder, loc, global);
  }
  std::string symbol;
  for (int number = 0; symbol.empty() || module.lookupSymbol(symbol); ++number)
    symbol = "sparse_gpu_text_" + std::to_string(number);
  return LLVM::createGlobalString(loc, builder, symbol, bytes,
                                  LLVM::Linkage::Internal);
}

/// What a message of the run-time library begins with.
std::string ConversionCalls::describe() {
  std::string what;
  llvm::raw_string_ostream out(what);
  if (auto place = loc->findInstanceOf<FileLineColLoc>())
    out << place.getFilename().getValue() << ':' << place.getLine() << ':'
        << place.getColumn() << ": ";
  out << op->getName() << ": operand of type " << fromType << " as " << toType;
  return what;
}

void ConversionCalls::passParameters(const StorageDescription &side) {
  for (int64_t parameter : side.parameters)
    call("parameter", {handle, index(parameter)});
}

static Value makeDim(OpBuilder &builder, Location loc, Value buffer,
                     int64_t dim) {
  return memref::DimOp::create(builder, loc, buffer, dim);
}

/// Names the operand's format and hands its fields over.
void ConversionCalls::passSource(ValueRange fields) {
  auto name = [](const StorageDescription &side) {
    return std::string(side.format ? side.format->name() : "dense");
  };
  handle = call("begin", {text(describe()), rows, columns}, pointer);
  call("from", {handle, text(name(from)), index(from.options.positionWidth),
                index(from.options.coordinateWidth),
                text(std::string(formats::name(from.options.valueType)))});
  passParameters(from);
  for (Value field : fields) {
    auto type = cast<RankedTensorType>(field.getType());
    Value buffer = bufferization::ToBufferOp::create(
        builder, loc, MemRefType::get(type.getShape(), type.getElementType()),
        field, /*read_only=*/true);
    Value count = makeDim(builder, loc, buffer, 0);
    if (type.getRank() == 2)
      count = arith::MulIOp::create(builder, loc, count,
                                    makeDim(builder, loc, buffer, 1));
    call("field", {handle, addressOf(buffer), count});
  }
  call("to", {handle, text(name(to)), index(to.options.positionWidth),
              index(to.options.coordinateWidth)});
  passParameters(to);
  if (op.getPrune())
    call("prune",
         {handle, arith::ConstantOp::create(builder, loc, op.getPruneAttr())});
  call("run", handle);
}

Value ConversionCalls::takeField(int64_t number, RankedTensorType type,
                                 ValueRange sizes, bool writable) {
  auto memory = MemRefType::get(type.getShape(), type.getElementType());
  Value buffer = memref::AllocOp::create(builder, loc, memory, sizes);
  call("take", {handle, index(number), addressOf(buffer)});
  buffers.push_back(buffer);
  return bufferization::ToTensorOp::create(builder, loc, type, buffer,
                                           /*restrict=*/true, writable);
}

void ConversionCalls::build() {
  SmallVector<Value> fields;
  if (from.format) {
    auto parts = DisassembleOp::create(builder, loc, getStorageTypes(fromType),
                                       op.getSource());
    SparseStorage storage =
        getSparseStorage(builder, loc, fromType, parts.getParts());
    fields = storage.fields;
    rows = storage.rows;
    columns = storage.columns;
  } else {
    fields = {op.getSource()};
    rows = tensor::DimOp::create(builder, loc, op.getSource(), 0);
    columns = tensor::DimOp::create(builder, loc, op.getSource(), 1);
  }
  passSource(fields);
  SmallVector<Value> sizes;
  if (toType.isDynamicDim(0))
    sizes.push_back(rows);
  if (toType.isDynamicDim(1))
    sizes.push_back(columns);
  Value result;
  if (to.format) {
    fields.clear();
    SmallVector<StorageField> specs = getSparseFormat(toType).getFields(toType);
    for (auto [number, spec] : llvm::enumerate(specs)) {
      // The number of elements may follow from the shape.
      SmallVector<Value> count;
      if (spec.type.isDynamicDim(0))
        count.push_back(
            call("count", {handle, index(number)}, builder.getIndexType()));
      fields.push_back(takeField(number, spec.type, count, /*writable=*/false));
    }
    call("end", handle);
    result = AssembleOp::create(builder, loc, toType, fields, sizes);
  } else {
    result = takeField(0, toType, sizes, /*writable=*/true);
    call("end", handle);
  }
  op.replaceAllUsesWith(result);
  Block *home = op->getBlock();
  op.erase();
  SmallVector<Operation *> functions;
  if (mayLeave(result, home, functions))
    return;
  builder.setInsertionPoint(home->getTerminator());
  for (Value buffer : buffers)
    memref::DeallocOp::create(builder, loc, buffer);
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

static LogicalResult lower(ConvertOp op, bool onDevice) {
  auto fromType = cast<RankedTensorType>(op.getSource().getType());
  auto toType = cast<RankedTensorType>(op.getResult().getType());
  auto fail = [&](const std::string &rule) {
    return op->emitError() << "'" << op->getName() << "' of operand #0 of type "
                           << fromType << " to " << toType << ": " << rule;
  };
  OpBuilder builder(op);
  auto replace = [&](Value value) {
    op.replaceAllUsesWith(value);
    op.erase();
    return success();
  };
  if (fromType == toType && !op.getPrune())
    return replace(op.getSource());
  if (fromType.getEncoding() == toType.getEncoding() && !op.getPrune())
    return replace(
        tensor::CastOp::create(builder, op.getLoc(), toType, op.getSource()));
  if (onDevice)
    return fail("it runs on the host and allocates, which operands=device does "
                "not do: convert before, or use operands=host (LVL3-5)");
  std::string error;
  if (std::optional<Value> constant = convertConstant(builder, op, error))
    return *constant ? replace(*constant)
                     : LogicalResult(fail(error + " (CVT-4)"));
  Expected<StorageDescription> from = describeStorage(fromType);
  if (!from)
    return fail(from.message() + " (CVT-4)");
  Expected<StorageDescription> to = describeStorage(toType);
  if (!to)
    return fail(to.message() + " (CVT-4)");
  ConversionCalls(op, *from, *to).build();
  return success();
}

namespace {
struct LowerConversions
    : sparsegpu::impl::LowerConversionsBase<LowerConversions> {
  using LowerConversionsBase::LowerConversionsBase;

  void runOnOperation() override {
    SmallVector<ConvertOp> conversions;
    getOperation().walk([&](ConvertOp op) { conversions.push_back(op); });
    bool ok = true;
    for (ConvertOp op : conversions)
      ok &= succeeded(lower(op, operands == "device"));
    if (!ok)
      signalPassFailure();
  }
};
} // namespace
