//===- LowerMatrix.cpp - mma, mma.sp, wmma and ldmatrix -------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PTX ISA, "Warp Level Matrix Multiply-Accumulate Instructions". The name of an
// intrinsic is read into a MatrixOp (MatrixNames.cpp); its operands are put
// into memory of the lane, one after another, and its results are read from
// there. What they mean is known to the runtime only (Matrix.h).
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "Matrix.h"
#include "MatrixNames.h"

#include "llvm/IR/InstIterator.h"

using namespace llvm;
using namespace sparsegpu::emulator;

/// Memory of a function for the operands of its matrix operations; no two of
/// them are in flight at once.
static AllocaInst *getRegisters(Function &function) {
  constexpr const char *name = "sparsegpu.matrix";
  for (Instruction &instruction : function.getEntryBlock())
    if (auto *alloca = dyn_cast<AllocaInst>(&instruction))
      if (alloca->getName() == name)
        return alloca;
  IRBuilder<> b(&function.getEntryBlock(), function.getEntryBlock().begin());
  AllocaInst *alloca = b.CreateAlloca(
      ArrayType::get(b.getInt32Ty(), kMatrixWords), nullptr, name);
  alloca->setAlignment(Align(16));
  return alloca;
}

namespace {
/// Writes and reads the registers, one after another.
class Cursor {
public:
  Cursor(CallInst &call, IRBuilder<> &b)
      : b(b), base(getRegisters(*call.getFunction())),
        layout(call.getModule()->getDataLayout()) {}

  Value *start() const { return base; }
  void rewind(unsigned words) { bytes = words * 4; }
  void write(Value *value) {
    b.CreateAlignedStore(value, next(value->getType()), Align(4));
  }
  Value *read(Type *type) {
    return b.CreateAlignedLoad(type, next(type), Align(4));
  }

private:
  Value *next(Type *type) {
    Value *address = b.CreateConstInBoundsGEP1_64(b.getInt8Ty(), base, bytes);
    bytes += layout.getTypeStoreSize(type);
    assert(bytes <= kMatrixWords * 4);
    return address;
  }

  IRBuilder<> &b;
  AllocaInst *base;
  const DataLayout &layout;
  uint64_t bytes = 0;
};
} // namespace

/// Calls the runtime, and gives the results as the intrinsic returns them.
static Value *callMatrix(const MatrixOp &op, CallInst &call, IRBuilder<> &b,
                         Lowering &l, Cursor &cursor, unsigned firstResult) {
  l.callOpaque(b, "matrix", b.getVoidTy(),
               {l.context(call), b.getInt64(op.encode()), cursor.start(),
                l.addSync(b, call, op.name())});
  Type *type = call.getType();
  if (type->isVoidTy())
    return nullptr;
  cursor.rewind(firstResult);
  auto *structure = dyn_cast<StructType>(type);
  if (!structure)
    return cursor.read(type);
  Value *result = PoisonValue::get(type);
  for (unsigned i = 0; i < structure->getNumElements(); ++i)
    result = b.CreateInsertValue(result,
                                 cursor.read(structure->getElementType(i)), i);
  return result;
}

/// A pointer and, if there is one, a stride.
static void writeAddress(CallInst &call, IRBuilder<> &b, Cursor &cursor,
                         Value *stride) {
  Value *pointer = b.CreateAddrSpaceCast(call.getArgOperand(0), b.getPtrTy());
  cursor.write(b.CreatePtrToInt(pointer, b.getInt64Ty()));
  cursor.write(stride ? b.CreateZExt(stride, b.getInt64Ty()) : b.getInt64(0));
}

LowerFn sparsegpu::emulator::lookupMatrix(StringRef name) {
  std::optional<MatrixOp> found = parseMatrixIntrinsic(name);
  if (!found)
    return {};
  bool hasStride = name.contains(".stride.");
  return [=, known = *found](CallInst &call, IRBuilder<> &b,
                             Lowering &l) -> Value * {
    MatrixOp op = known;
    Cursor cursor(call, b);
    unsigned last = call.arg_size();
    switch (op.kind) {
    case MatrixKind::SparseMma:
      op.selector =
          cast<ConstantInt>(call.getArgOperand(--last))->getZExtValue();
      [[fallthrough]];
    case MatrixKind::Mma:
    case MatrixKind::WmmaMma:
      for (unsigned i = 0; i < last; ++i)
        cursor.write(call.getArgOperand(i));
      return callMatrix(op, call, b, l, cursor, 0);
    case MatrixKind::LoadMatrix:
    case MatrixKind::WmmaLoad:
    case MatrixKind::WmmaStore:
      writeAddress(call, b, cursor,
                   hasStride ? call.getArgOperand(--last) : nullptr);
      for (unsigned i = 1; i < last; ++i)
        cursor.write(call.getArgOperand(i));
      return callMatrix(op, call, b, l, cursor, kAddressWords);
    }
    return nullptr;
  };
}
