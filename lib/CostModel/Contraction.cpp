//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/CostModel/Contraction.h"

#include <algorithm>

using namespace sparsegpu::costmodel;

const char *sparsegpu::costmodel::nameOf(MatrixType type) {
  switch (type) {
  case MatrixType::F16:
    return "f16";
  case MatrixType::BF16:
    return "bf16";
  case MatrixType::TF32:
    return "tf32";
  case MatrixType::TF32x3:
    return "3xtf32";
  case MatrixType::F32:
    return "f32";
  case MatrixType::F64:
    return "f64";
  case MatrixType::FP8:
    return "fp8";
  case MatrixType::S8:
    return "s8";
  case MatrixType::S4:
    return "s4";
  case MatrixType::B1:
    return "b1";
  }
  return "";
}

unsigned sparsegpu::costmodel::bitsOf(MatrixType type) {
  switch (type) {
  case MatrixType::F16:
  case MatrixType::BF16:
    return 16;
  case MatrixType::TF32:
  case MatrixType::TF32x3:
  case MatrixType::F32:
    return 32;
  case MatrixType::F64:
    return 64;
  case MatrixType::FP8:
  case MatrixType::S8:
    return 8;
  case MatrixType::S4:
    return 4;
  case MatrixType::B1:
    return 1;
  }
  return 0;
}

ContractionShape sparsegpu::costmodel::makeShape(MatrixType type, uint64_t m,
                                                 uint64_t n, uint64_t k,
                                                 uint64_t batch) {
  ContractionShape shape;
  shape.batch = batch;
  shape.m = m;
  shape.n = n;
  shape.k = k;
  shape.type = type;
  shape.bitsA = shape.bitsB = bitsOf(type);
  shape.bitsAccumulator = type == MatrixType::F64 ? 64 : 32;
  bool halves = type == MatrixType::F16 || type == MatrixType::BF16 ||
                type == MatrixType::FP8;
  shape.bitsC = halves ? 16 : shape.bitsAccumulator;
  return shape;
}

/// Operations per SM and cycle of tensor cores; 0 if there are none for it.
static double tensorRate(const TargetDescription &target, MatrixType type,
                         unsigned bitsAccumulator) {
  const MatrixRates &rates = target.matrix;
  unsigned capability = capabilityOf(target.chip);
  if (capability < 75)
    return 0;
  switch (type) {
  case MatrixType::F16:
    return bitsAccumulator == 16 ? rates.halfToHalf : rates.half;
  case MatrixType::BF16:
    return capability >= 80 ? rates.half : 0;
  case MatrixType::TF32:
    return rates.tf32;
  case MatrixType::TF32x3:
    return rates.tf32 / 3.0;
  case MatrixType::F32:
    return 0;
  case MatrixType::F64:
    return rates.f64;
  case MatrixType::FP8:
    return rates.fp8;
  case MatrixType::S8:
    return rates.int8;
  case MatrixType::S4:
    return rates.int4;
  case MatrixType::B1:
    return rates.bit;
  }
  return 0;
}

static double fmaRate(const TargetDescription &target, MatrixType type) {
  const LaneRates &lanes = target.lanes;
  switch (type) {
  case MatrixType::F16:
    return 2.0 * lanes.float16;
  case MatrixType::F64:
    return 2.0 * lanes.float64;
  case MatrixType::S8:
  case MatrixType::S4:
  case MatrixType::B1:
    return 2.0 * lanes.integer;
  default:
    return 2.0 * lanes.float32;
  }
}

MmaShape sparsegpu::costmodel::mmaShapeOf(const TargetDescription &target,
                                          MatrixType type) {
  if (tensorRate(target, type, 32) == 0)
    return {1, 1, 1};
  bool turing = capabilityOf(target.chip) < 80;
  switch (type) {
  case MatrixType::F16:
  case MatrixType::BF16:
    return turing ? MmaShape{16, 8, 8} : MmaShape{16, 8, 16};
  case MatrixType::TF32:
  case MatrixType::TF32x3:
    return {16, 8, 8};
  case MatrixType::F64:
    return {8, 8, 4};
  case MatrixType::FP8:
    return {16, 8, 32};
  case MatrixType::S8:
    return turing ? MmaShape{8, 8, 16} : MmaShape{16, 8, 32};
  case MatrixType::S4:
    return turing ? MmaShape{8, 8, 32} : MmaShape{16, 8, 64};
  case MatrixType::B1:
    return turing ? MmaShape{8, 8, 128} : MmaShape{16, 8, 256};
  case MatrixType::F32:
    break;
  }
  return {1, 1, 1};
}

double sparsegpu::costmodel::contractionRate(const TargetDescription &target,
                                             const ContractionShape &shape) {
  double rate = tensorRate(target, shape.type, shape.bitsAccumulator);
  return rate ? rate : fmaRate(target, shape.type);
}

double sparsegpu::costmodel::lowerBoundCycles(const TargetDescription &target,
                                              const ContractionShape &shape) {
  double compute =
      shape.flops() / (target.numSMs * contractionRate(target, shape));
  double bytes = shape.bytesA() + shape.bytesB() + shape.bytesC();
  return std::max(compute, bytes / (target.dramGBs / target.clockGHz));
}
