//===- LowerMath.cpp - Floating-point arithmetic --------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PTX ISA, "Floating Point Instructions", "Half Precision Floating Point
// Instructions". The names are a small language:
//
//   op[.approx|.full][.rn|.rz|.rm|.rp][.ftz][.nan][.xorsign.abs][.relu][.sat].type
//
// Round-to-nearest is the host's arithmetic; the directed modes are functions
// of the host that switch the rounding mode. Approximations give the correctly
// rounded value or that of the host's library, which is within the error that
// PTX allows.
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;
using namespace sparsegpu::emulator;

namespace {
struct MathOp {
  std::string op;
  char rounding = 'n'; // n, z, m, p
  bool approx = false, ftz = false, nan = false, xorsign = false;
  bool relu = false, sat = false;
};

/// Emits one operation; vectors element by element where LLVM needs no help.
class MathEmitter {
public:
  MathEmitter(CallInst &call, IRBuilder<> &b, Lowering &l, const MathOp &op)
      : b(b), l(l), op(op), type(call.getType()) {
    for (Value *operand : call.args())
      operands.push_back(operand);
  }
  Value *emit();

private:
  Value *constant(double value) { return ConstantFP::get(type, value); }
  Value *unary(Intrinsic::ID id, Value *x) {
    return b.CreateUnaryIntrinsic(id, x);
  }
  Value *flush(Value *x);
  Value *compute();
  Value *directed();
  Value *fusedMultiplyAdd();
  Value *addToOdd(Value *x, Value *y);
  Value *minMax(bool isMax);
  Value *host(StringRef name);

  IRBuilder<> &b;
  Lowering &l;
  const MathOp &op;
  Type *type;
  SmallVector<Value *, 3> operands;
};
} // namespace

/// .ftz: subnormal inputs and results become zero of the same sign.
Value *MathEmitter::flush(Value *x) {
  Type *scalar = x->getType()->getScalarType();
  const fltSemantics &semantics = scalar->getFltSemantics();
  Value *smallest =
      ConstantFP::get(x->getType(), APFloat::getSmallestNormalized(semantics));
  Value *isSmall = b.CreateFCmpOLT(unary(Intrinsic::fabs, x), smallest);
  Value *zero = b.CreateBinaryIntrinsic(Intrinsic::copysign,
                                        ConstantFP::get(x->getType(), 0.0), x);
  return b.CreateSelect(isSmall, zero, x);
}

Value *MathEmitter::host(StringRef name) {
  std::string full = (name + (type->isFloatTy() ? ".f" : ".d")).str();
  return l.callPure(b, full, type, operands);
}

/// A directed rounding mode: "add.z.f" and so on.
Value *MathEmitter::directed() {
  std::string name = op.op + "." + op.rounding;
  return host(name);
}

Value *MathEmitter::fusedMultiplyAdd() {
  Type *scalar = type->getScalarType();
  if (scalar->isFloatTy() || scalar->isDoubleTy())
    return b.CreateIntrinsic(type, Intrinsic::fma, operands);
  // Half types: the product is exact in double. So is the sum of f16, wherever
  // its last bits matter; that of bf16, whose exponents reach further, is
  // rounded to odd, so that the second rounding does as if there were none.
  Type *wide = b.getDoubleTy();
  if (auto *vector = dyn_cast<VectorType>(type))
    wide = VectorType::get(wide, vector->getElementCount());
  SmallVector<Value *, 3> extended;
  for (Value *operand : operands)
    extended.push_back(b.CreateFPExt(operand, wide));
  if (!scalar->isBFloatTy())
    return b.CreateFPTrunc(b.CreateIntrinsic(wide, Intrinsic::fma, extended),
                           type);
  return b.CreateFPTrunc(
      addToOdd(b.CreateFMul(extended[0], extended[1]), extended[2]), type);
}

/// The sum of doubles, with its last bit set if it is not exact. What was lost
/// is known by Knuth's two-sum.
Value *MathEmitter::addToOdd(Value *x, Value *y) {
  Value *sum = b.CreateFAdd(x, y);
  Value *part = b.CreateFSub(sum, x);
  Value *error = b.CreateFAdd(b.CreateFSub(x, b.CreateFSub(sum, part)),
                              b.CreateFSub(y, part));
  Type *bitsType = b.getInt64Ty();
  if (auto *vector = dyn_cast<VectorType>(sum->getType()))
    bitsType = VectorType::getInteger(vector);
  auto number = [&](int64_t n) { return ConstantInt::get(bitsType, n, true); };
  Value *zero = ConstantFP::get(sum->getType(), 0.0);
  Value *bits = b.CreateBitCast(sum, bitsType);
  Value *isEven = b.CreateICmpEQ(b.CreateAnd(bits, number(1)), number(0));
  // Away from zero if the error has the sign of the sum.
  Value *away =
      b.CreateICmpEQ(b.CreateFCmpOGT(error, zero), b.CreateFCmpOGT(sum, zero));
  Value *odd = b.CreateAdd(bits, b.CreateSelect(away, number(1), number(-1)));
  // A NaN or infinite sum has an error that is not a number.
  Value *adjust = b.CreateAnd(b.CreateFCmpONE(error, zero), isEven);
  return b.CreateBitCast(b.CreateSelect(adjust, odd, bits), sum->getType());
}

Value *MathEmitter::minMax(bool isMax) {
  Value *x = operands[0], *y = operands[1];
  Value *sign = nullptr;
  if (op.xorsign) {
    // The sign of the result is the product of the signs.
    Type *bits = b.getIntNTy(type->getScalarSizeInBits());
    if (auto *vector = dyn_cast<VectorType>(type))
      bits = VectorType::getInteger(vector);
    sign = b.CreateBitCast(
        b.CreateXor(b.CreateBitCast(x, bits), b.CreateBitCast(y, bits)), type);
    x = unary(Intrinsic::fabs, x);
    y = unary(Intrinsic::fabs, y);
  }
  // Without .nan a NaN loses against a number, and +0 is above -0.
  Intrinsic::ID id =
      op.nan ? (isMax ? Intrinsic::maximum : Intrinsic::minimum)
             : (isMax ? Intrinsic::maximumnum : Intrinsic::minimumnum);
  Value *result = b.CreateBinaryIntrinsic(id, x, y);
  if (sign)
    result = b.CreateBinaryIntrinsic(Intrinsic::copysign, result, sign);
  return result;
}

Value *MathEmitter::compute() {
  bool wide = type->isFloatTy() || type->isDoubleTy();
  if (op.rounding != 'n' && wide)
    return directed();
  StringRef name = op.op;
  if (name == "add")
    return b.CreateFAdd(operands[0], operands[1]);
  if (name == "mul")
    return b.CreateFMul(operands[0], operands[1]);
  if (name == "div")
    return b.CreateFDiv(operands[0], operands[1]);
  if (name == "rcp")
    return b.CreateFDiv(constant(1.0), operands[0]);
  if (name == "fma")
    return fusedMultiplyAdd();
  if (name == "fmin" || name == "fmax")
    return minMax(name == "fmax");
  if (name == "neg")
    return b.CreateFNeg(operands[0]);
  if (name == "fabs")
    return unary(Intrinsic::fabs, operands[0]);
  if (name == "sqrt")
    return unary(Intrinsic::sqrt, operands[0]);
  if (name == "rsqrt")
    return b.CreateFDiv(constant(1.0), unary(Intrinsic::sqrt, operands[0]));
  if (name == "floor")
    return unary(Intrinsic::floor, operands[0]);
  if (name == "ceil")
    return unary(Intrinsic::ceil, operands[0]);
  if (name == "trunc")
    return unary(Intrinsic::trunc, operands[0]);
  if (name == "round") // cvt.rni
    return unary(Intrinsic::roundeven, operands[0]);
  if (name == "saturate")
    return operands[0]; // `sat` does it.
  // Functions of the library; half types through float.
  Intrinsic::ID id = StringSwitch<Intrinsic::ID>(name)
                         .Case("ex2", Intrinsic::exp2)
                         .Case("lg2", Intrinsic::log2)
                         .Case("sin", Intrinsic::sin)
                         .Case("cos", Intrinsic::cos)
                         .Default(Intrinsic::tanh);
  return unary(id, operands[0]);
}

Value *MathEmitter::emit() {
  if (op.ftz)
    for (Value *&operand : operands)
      operand = flush(operand);
  Value *result = compute();
  if (op.ftz)
    result = flush(result);
  if (op.sat || op.op == "saturate") {
    // NaN becomes +0.
    result =
        b.CreateBinaryIntrinsic(Intrinsic::maximumnum, result, constant(0.0));
    result =
        b.CreateBinaryIntrinsic(Intrinsic::minimumnum, result, constant(1.0));
  }
  if (op.relu) // A NaN stays one (canonical); below zero becomes +0.
    result = b.CreateBinaryIntrinsic(Intrinsic::maximum, result, constant(0.0));
  return result;
}

/// Whether the last part of a name is a type.
static bool isType(StringRef part) {
  return StringSwitch<bool>(part)
      .Cases({"f", "d", "f16", "f16x2", "bf16", "bf16x2", "f32", "f64", "v2f16",
              "v2bf16"},
             true)
      .Default(false);
}

LowerFn sparsegpu::emulator::lookupMath(StringRef name) {
  SmallVector<StringRef, 8> parts;
  name.split(parts, '.');
  MathOp op;
  op.op = parts[0].str();
  unsigned operands = StringSwitch<unsigned>(parts[0])
                          .Cases({"add", "mul", "div", "fmin", "fmax"}, 2)
                          .Case("fma", 3)
                          .Cases({"rcp", "sqrt", "rsqrt", "ex2", "lg2"}, 1)
                          .Cases({"sin", "cos", "tanh", "saturate"}, 1)
                          .Cases({"floor", "ceil", "trunc", "round"}, 1)
                          .Cases({"fabs", "neg"}, 1)
                          .Default(0);
  if (!operands)
    return {};
  bool sawType = false;
  for (StringRef part : ArrayRef(parts).drop_front()) {
    if (part == "rn" || part == "rz" || part == "rm" || part == "rp")
      op.rounding = part[1];
    else if (part == "approx" || part == "full")
      op.approx = true;
    else if (part == "ftz")
      op.ftz = true;
    else if (part == "nan")
      op.nan = true;
    else if (part == "xorsign" || part == "abs")
      op.xorsign = true;
    else if (part == "relu")
      op.relu = true;
    else if (part == "sat")
      op.sat = true;
    else if (isType(part))
      sawType = true;
    else
      return {};
  }
  // Only div.full and the overloaded names come without a type.
  if (!sawType && name != "div.full" && name != "div.full.ftz")
    return {};
  // Directed rounding exists for float and double only.
  StringRef last = parts.back();
  if (op.rounding != 'n' && last != "f" && last != "d")
    return {};
  return [op](CallInst &call, IRBuilder<> &b, Lowering &l) {
    return MathEmitter(call, b, l, op).emit();
  };
}
