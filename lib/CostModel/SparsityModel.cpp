//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/CostModel/SparsityModel.h"

#include <algorithm>
#include <cmath>

using namespace sparsegpu::costmodel;

void sparsegpu::costmodel::setInstructions(ContractionShape &shape,
                                           unsigned capability) {
  shape.widenedFloat8 = shape.type == MatrixType::FP8 && capability >= 90;
  shape.synchronousCopies = capability < 80;
}

ScheduleSpace
sparsegpu::costmodel::compilerSpace(const ContractionShape &shape) {
  ScheduleSpace space = defaultSpace();
  // ldmatrix transposes bytes in pairs, which are columns of two instructions.
  if (shape.bitsB == 8 && !shape.transposedB)
    space.warpTileN.erase(
        std::remove_if(space.warpTileN.begin(), space.warpTileN.end(),
                       [](unsigned n) { return n % 16 != 0; }),
        space.warpTileN.end());
  // Four steps of bytes are 128 of K: what waits to be permuted does not fit
  // beside fragments of them all. ptxas widens floats of every loaded step, and
  // of four at once more than the bound tells it to.
  // Without asynchronous copies the loop over K is not pipelined, at any level.
  if (shape.widenedFloat8 || shape.synchronousCopies)
    space.registerStages = {1};
  else if (shape.bitsA == 8 && (shape.transposedA || !shape.transposedB))
    space.registerStages = {1, 2};
  if (shape.widenedFloat8)
    space.stepsOfK = {1, 2};
  // As --sparse-gpu-map-to-gpu asks --sparse-gpu-block-order to do.
  space.groupRows = {0};
  return space;
}

ContractionShape sparsegpu::costmodel::makeGroupedShape(MatrixType type,
                                                        unsigned capability,
                                                        uint64_t v, uint64_t m,
                                                        uint64_t n,
                                                        uint64_t kept) {
  ContractionShape shape = makeShape(type, (m + v - 1) / v * v, n, kept);
  // A unit's values lie column by column.
  shape.transposedA = true;
  shape.dynamic = true;
  shape.bitsCoordinate = 32;
  setInstructions(shape, capability);
  return shape;
}

std::optional<ScheduleChoice> sparsegpu::costmodel::chooseGroupedSchedule(
    const TargetDescription &target, const ContractionShape &shape, uint64_t v,
    EpilogueStaging staging) {
  std::optional<ScheduleChoice> best;
  ScheduleSpace all = compilerSpace(shape);
  all.splitK = {1};
  all.staging = staging;
  for (unsigned warpTile : all.warpTileM)
    for (unsigned warps : all.warpsM) {
      if (uint64_t(warpTile) * warps != v)
        continue;
      ScheduleSpace space = all;
      space.warpTileM = {warpTile};
      space.warpsM = {warps};
      std::optional<ScheduleChoice> choice =
          chooseSchedule(target, shape, space);
      if (choice && (!best || choice->best.cycles < best->best.cycles))
        best = choice;
    }
  return best;
}

/// Elements of C that are narrow are stored through shared memory.
static EpilogueStaging stagingOf(const ContractionShape &shape) {
  return shape.bitsC <= 16 ? EpilogueStaging::Reused : EpilogueStaging::None;
}

static double denseBound(const TargetDescription &target,
                         const ContractionShape &shape) {
  double products = shape.flops() / (contractionRate(target, shape) *
                                     target.numSMs * target.clockGHz * 1e3);
  double bytes = shape.bytesA() + shape.bytesB() + shape.bytesC();
  return std::max(products, bytes / (target.dramGBs * 1e3));
}

std::optional<SparsityReport> sparsegpu::costmodel::predictSparsity(
    const TargetDescription &target, MatrixType type, uint64_t v, uint64_t m,
    uint64_t n, uint64_t k, const std::vector<double> &densities) {
  unsigned capability = capabilityOf(target.chip);
  ContractionShape dense = makeShape(type, m, n, k);
  if (mmaShapeOf(target, type).isFma())
    return std::nullopt;
  setInstructions(dense, capability);
  ScheduleSpace space = compilerSpace(dense);
  space.staging = stagingOf(dense);
  std::optional<ScheduleChoice> choice = chooseSchedule(target, dense, space);
  if (!choice)
    return std::nullopt;
  SparsityReport report;
  report.dense = choice->best;
  report.denseBound = denseBound(target, dense);
  ContractionShape usual = makeGroupedShape(
      type, capability, v, m, n, (k + kUnknownDensity - 1) / kUnknownDensity);
  std::optional<ScheduleChoice> sparse =
      chooseGroupedSchedule(target, usual, v, stagingOf(usual));
  if (!sparse)
    return std::nullopt;
  auto predictAt = [&](double density) {
    SparsityPoint point;
    point.density = density;
    point.kept = std::max<uint64_t>(1, std::llround(density * double(k)));
    ContractionShape shape =
        makeGroupedShape(type, capability, v, m, n, point.kept);
    point.sparse =
        predict(target, shape, clipStages(shape, sparse->best.schedule));
    point.overDense = report.dense.microseconds / point.sparse.microseconds;
    point.overBound = report.denseBound / point.sparse.microseconds;
    return point;
  };
  for (double density : densities)
    report.points.push_back(predictAt(density));
  // The time grows with the density: of hundredths, the last that pays.
  unsigned pays = 0, loses = 101;
  while (loses - pays > 1) {
    unsigned middle = (pays + loses) / 2;
    (predictAt(middle / 100.0).overDense >= 1 ? pays : loses) = middle;
  }
  if (pays > 0)
    report.breakEven = pays / 100.0;
  return report;
}
