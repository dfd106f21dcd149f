//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// 8-bit floats to wider ones. Formats: "OCP 8-bit Floating Point Specification
// (OFP8)", 2023.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Conversion/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <limits>

namespace sparsegpu {
#define GEN_PASS_DEF_EXPANDFLOAT8
#include "SparseGPU/Conversion/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;
using namespace sparsegpu;

static Value makeInteger(OpBuilder &b, Location loc, Type type, int64_t value) {
  return arith::ConstantIntOp::create(b, loc, type, value);
}

/// Sign, five bits of exponent and two of mantissa: the upper half of a f16.
static Value widenE5M2(OpBuilder &b, Location loc, Value value) {
  Type word = b.getI16Type();
  Value bits = arith::BitcastOp::create(b, loc, b.getI8Type(), value);
  bits = arith::ExtUIOp::create(b, loc, word, bits);
  bits = arith::ShLIOp::create(b, loc, bits, makeInteger(b, loc, word, 8));
  return arith::BitcastOp::create(b, loc, b.getF16Type(), bits);
}

/// Sign, four bits of exponent (bias 7) and three of mantissa; all ones are not
/// a number. In the places of a f32 (bias 127) the number is 2^120 too small,
/// subnormal numbers as well.
static Value widenE4M3(OpBuilder &b, Location loc, Value value) {
  Type word = b.getI32Type(), single = b.getF32Type();
  Value bits = arith::BitcastOp::create(b, loc, b.getI8Type(), value);
  bits = arith::ExtUIOp::create(b, loc, word, bits);
  auto part = [&](int64_t mask) -> Value {
    return arith::AndIOp::create(b, loc, bits, makeInteger(b, loc, word, mask));
  };
  Value magnitude = part(0x7f);
  Value sign =
      arith::ShLIOp::create(b, loc, part(0x80), makeInteger(b, loc, word, 24));
  Value placed =
      arith::ShLIOp::create(b, loc, magnitude, makeInteger(b, loc, word, 20));
  placed = arith::OrIOp::create(b, loc, placed, sign);
  auto number = [&](double value) -> Value {
    return arith::ConstantOp::create(b, loc, b.getFloatAttr(single, value));
  };
  Value small = arith::BitcastOp::create(b, loc, single, placed);
  Value wide = arith::MulFOp::create(b, loc, small, number(0x1p120));
  Value isNaN =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, magnitude,
                            makeInteger(b, loc, word, 0x7f));
  return arith::SelectOp::create(
      b, loc, isNaN, number(std::numeric_limits<double>::quiet_NaN()), wide);
}

namespace {
struct ExpandFloat8 : sparsegpu::impl::ExpandFloat8Base<ExpandFloat8> {
  using ExpandFloat8Base::ExpandFloat8Base;

  void runOnOperation() override {
    SmallVector<arith::ExtFOp> extensions;
    getOperation()->walk([&](arith::ExtFOp op) {
      if (isa<Float8E4M3FNType, Float8E5M2Type>(op.getIn().getType()))
        extensions.push_back(op);
    });
    for (arith::ExtFOp op : extensions) {
      OpBuilder b(op);
      Location loc = op.getLoc();
      Value wide = isa<Float8E5M2Type>(op.getIn().getType())
                       ? widenE5M2(b, loc, op.getIn())
                       : widenE4M3(b, loc, op.getIn());
      unsigned from = wide.getType().getIntOrFloatBitWidth(),
               to = op.getType().getIntOrFloatBitWidth();
      // Every number of 8 bits is one of f16 and bf16.
      if (from < to)
        wide = arith::ExtFOp::create(b, loc, op.getType(), wide);
      else if (from > to)
        wide = arith::TruncFOp::create(b, loc, op.getType(), wide);
      else if (wide.getType() != op.getType())
        wide = arith::TruncFOp::create(
            b, loc, op.getType(),
            arith::ExtFOp::create(b, loc, b.getF32Type(), wide));
      op.replaceAllUsesWith(wide);
      op.erase();
    }
  }
};
} // namespace
