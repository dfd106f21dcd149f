//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Fields of our formats that upstream's storage does not have as they are:
// computed on the host from what it has, or from the shape.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Conversion/UpstreamEncoding.h"
#include "SparseGPU/Dialect/SparseGPU/IR/FormatSupport.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SparseTensor/IR/SparseTensor.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace sparsegpu;

static Value multiply(IndexBuilder at, Value a, Value b) {
  return arith::MulIOp::create(at.builder, at.loc, a, b);
}

/// Declares a function of the C library, once.
static func::FuncOp declare(ModuleOp module, StringRef name,
                            FunctionType type) {
  if (auto function = module.lookupSymbol<func::FuncOp>(name))
    return function;
  OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
  auto function = func::FuncOp::create(builder, module.getLoc(), name, type);
  function.setPrivate();
  return function;
}

/// Ends the program with `message` on standard error where `ok` is false. An
/// assertion would end it in a crash, its message often lost.
static void buildCheck(IndexBuilder at, ModuleOp module, Value ok,
                       const std::string &message) {
  OpBuilder &builder = at.builder;
  Location loc = at.loc;
  Value bad = arith::XOrIOp::create(
      builder, loc, ok,
      arith::ConstantIntOp::create(builder, loc, builder.getI1Type(), 1));
  std::string line = "sparsegpu: error: ";
  if (auto place = loc->findInstanceOf<FileLineColLoc>())
    line += (place.getFilename().getValue() + ":" + Twine(place.getLine()) +
             ":" + Twine(place.getColumn()) + ": ")
                .str();
  line += message + "\n";
  std::string symbol;
  for (int i = 0; symbol.empty() || module.lookupSymbol(symbol); ++i)
    symbol = "sparse_gpu_message_" + std::to_string(i);
  auto pointer = LLVM::LLVMPointerType::get(builder.getContext());
  Type i32 = builder.getI32Type(), i64 = builder.getI64Type();
  func::FuncOp write = declare(
      module, "write", builder.getFunctionType({i32, pointer, i64}, i64));
  func::FuncOp exit =
      declare(module, "_exit", builder.getFunctionType(i32, {}));
  Value text = LLVM::createGlobalString(loc, builder, symbol, line,
                                        LLVM::Linkage::Internal);
  scf::IfOp::create(builder, loc, bad, [&](OpBuilder &body, Location loc) {
    auto number = [&](Type type, int64_t value) -> Value {
      return arith::ConstantIntOp::create(body, loc, type, value);
    };
    func::CallOp::create(
        body, loc, write,
        ValueRange{number(i32, 2), text,
                   number(i64, static_cast<int64_t>(line.size()))});
    func::CallOp::create(body, loc, exit, number(i32, 1));
    scf::YieldOp::create(body, loc);
  });
}

/// The metadata of N:M storage: the indices of a row's entries, 1, 2 or 4 bits
/// each (docs/Formats/NM.md), in words of 32 bits that begin anew in each row.
/// Upstream has them one by one, n for each group. It finds a group by its
/// number, so a tensor with fewer entries in a group is no matrix to it; here
/// it would be read beyond its end, so the count is checked.
static Value buildMetadata(IndexBuilder at, Value tensor, NMAttr format,
                           Value rows, Value columns) {
  int64_t n = format.getN(), m = format.getM();
  int64_t bits = m == 2 ? 1 : m <= 4 ? 2 : 4, perWord = 32 / bits;
  OpBuilder &builder = at.builder;
  Location loc = at.loc;
  Value indices = sparse_tensor::ToCoordinatesOp::create(builder, loc, tensor,
                                                         /*level=*/2);
  Value perRow = at.mul(at.ceilDiv(columns, m), n);
  Value words = at.ceilDiv(perRow, perWord);
  Value count = memref::DimOp::create(builder, loc, indices, 0);
  auto module =
      builder.getInsertionBlock()->getParentOp()->getParentOfType<ModuleOp>();
  buildCheck(at, module, at.equal(count, multiply(at, rows, perRow)),
             "a sparse tensor with a level structured[" + std::to_string(n) +
                 ", " + std::to_string(m) + "] needs " + std::to_string(n) +
                 " entries in every group");
  auto word = builder.getI32Type();
  auto type = RankedTensorType::get({ShapedType::kDynamic}, word);
  return tensor::GenerateOp::create(
      builder, loc, type, multiply(at, rows, words),
      [&](OpBuilder &body, Location loc, ValueRange subscripts) {
        IndexBuilder in{body, loc};
        Value row = arith::DivUIOp::create(body, loc, subscripts[0], words);
        Value inRow = arith::RemUIOp::create(body, loc, subscripts[0], words);
        Value first = in.mul(inRow, perWord);
        Value end = in.min(in.add(first, in.constant(perWord)), perRow);
        Value zero = arith::ConstantIntOp::create(body, loc, word, 0);
        Value entries = multiply(in, row, perRow);
        auto loop = scf::ForOp::create(
            body, loc, first, end, in.constant(1), zero,
            [&](OpBuilder &inner, Location loc, Value p, ValueRange carried) {
              IndexBuilder at{inner, loc};
              Value index = at.load(indices, at.add(entries, p));
              Value shift = at.mul(at.sub(p, first), bits);
              Value placed = arith::IndexCastUIOp::create(
                  inner, loc, word,
                  arith::ShLIOp::create(inner, loc, index, shift));
              Value next = arith::OrIOp::create(inner, loc, carried[0], placed);
              scf::YieldOp::create(inner, loc, next);
            });
        tensor::YieldOp::create(body, loc, loop.getResult(0));
      });
}

Value sparsegpu::buildComputedField(OpBuilder &builder, Location loc,
                                    Value tensor, UpstreamField field,
                                    const UpstreamStorage &storage) {
  using Kind = UpstreamField::Kind;
  IndexBuilder at{builder, loc};
  auto size = [&](int64_t dim) -> Value {
    if (!storage.type.isDynamicDim(dim))
      return at.constant(storage.type.getDimSize(dim));
    return tensor::DimOp::create(builder, loc, tensor,
                                 storage.transposed ? 1 - dim : dim);
  };
  Value rows = size(0), columns = size(1);
  if (field.kind == Kind::Metadata)
    return buildMetadata(at, tensor, cast<NMAttr>(storage.type.getEncoding()),
                         rows, columns);
  if (field.kind == Kind::DensePositions)
    return at.generate(
        at.add(rows, at.constant(1)),
        [&](IndexBuilder in, Value row) { return multiply(in, row, columns); });
  return at.generate(
      multiply(at, rows, columns), [&](IndexBuilder in, Value e) -> Value {
        return arith::RemUIOp::create(in.builder, in.loc, e, columns);
      });
}
