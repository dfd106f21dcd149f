//===- Pruning.cpp - From dense weights to a sparse pattern
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Pruning.h"

#include "Prune.h"
#include "SparseGPU/Formats/Bsr.h"
#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Formats/Ell.h"
#include "SparseGPU/Formats/NM.h"
#include "SparseGPU/Formats/ShuffledBlock.h"
#include "SparseGPU/Formats/VNM.h"
#include "SparseGPU/Formats/VectorWise.h"
#include "SparseGPU/Support/Strings.h"

#include <cmath>
#include <numeric>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {
struct KindName {
  std::string_view name;
  PruningKind kind;
};
} // namespace

static constexpr KindName kindNames[] = {
    {"unstructured", PruningKind::Unstructured},
    {"nm", PruningKind::NM},
    {"vector-wise", PruningKind::VectorWise},
    {"shuffled-block", PruningKind::ShuffledBlock},
    {"block", PruningKind::Block},
    {"vnm", PruningKind::VNM}};

std::string_view formats::name(PruningKind kind) {
  for (const KindName &known : kindNames)
    if (known.kind == kind)
      return known.name;
  return {};
}

std::optional<PruningKind> formats::parsePruningKind(std::string_view text) {
  for (const KindName &known : kindNames)
    if (known.name == text)
      return known.kind;
  return std::nullopt;
}

const Format &formats::formatOf(const PruningPattern &pattern) {
  switch (pattern.kind) {
  case PruningKind::NM:
    return nmFormat();
  case PruningKind::VectorWise:
    return vectorWiseFormat();
  case PruningKind::ShuffledBlock:
    return shuffledBlockFormat();
  case PruningKind::Block:
    return bsrFormat();
  case PruningKind::VNM:
    return vnmFormat();
  case PruningKind::Unstructured:
    break;
  }
  return csrFormat();
}

std::vector<int64_t> formats::parametersOf(const PruningPattern &pattern) {
  switch (pattern.kind) {
  case PruningKind::NM:
    return {pattern.n, pattern.m};
  case PruningKind::VectorWise:
  case PruningKind::ShuffledBlock:
    return {pattern.v};
  case PruningKind::Block:
    return {pattern.blockRows, pattern.blockCols};
  case PruningKind::VNM:
    return {pattern.v, pattern.n, pattern.m};
  case PruningKind::Unstructured:
    break;
  }
  return {};
}

PruningPattern formats::patternOf(const Format &format,
                                  const std::vector<int64_t> &parameters,
                                  double sparsity) {
  PruningPattern pattern;
  pattern.sparsity = sparsity;
  auto read = [&](PruningKind kind, std::initializer_list<int64_t *> numbers) {
    pattern.kind = kind;
    auto parameter = parameters.begin();
    for (int64_t *number : numbers)
      *number = *parameter++;
  };
  if (&format == &nmFormat())
    read(PruningKind::NM, {&pattern.n, &pattern.m});
  else if (&format == &vectorWiseFormat())
    read(PruningKind::VectorWise, {&pattern.v});
  else if (&format == &shuffledBlockFormat())
    read(PruningKind::ShuffledBlock, {&pattern.v});
  else if (&format == &bsrFormat())
    read(PruningKind::Block, {&pattern.blockRows, &pattern.blockCols});
  else if (&format == &vnmFormat())
    read(PruningKind::VNM, {&pattern.v, &pattern.n, &pattern.m});
  else if (&format == &blockedEllFormat()) {
    read(PruningKind::Block, {&pattern.blockRows});
    pattern.blockCols = pattern.blockRows;
  }
  return pattern;
}

int64_t formats::countKept(int64_t count, double sparsity) {
  // Not count * (1 - sparsity): 1 - 0.9 is less than a tenth.
  double pruned = std::floor(sparsity * static_cast<double>(count) + 0.5);
  return count - static_cast<int64_t>(pruned);
}

static Status checkPattern(const PruningPattern &p) {
  auto below = [&](std::string_view what, int64_t value) {
    return Error(concat(what, " of the pattern ", name(p.kind), " is ", value,
                        ", expected at least 1"));
  };
  // Written so that no number is refused, too.
  if (!(p.sparsity >= 0 && p.sparsity < 1))
    return Error(
        concat("the sparsity is ", p.sparsity, ", expected 0 to below 1"));
  bool hasN = p.kind == PruningKind::NM || p.kind == PruningKind::VNM;
  bool hasV = p.kind == PruningKind::VectorWise ||
              p.kind == PruningKind::ShuffledBlock ||
              p.kind == PruningKind::VNM;
  if (hasV && p.v < 1)
    return below("v", p.v);
  if (hasN && p.n < 1)
    return below("n", p.n);
  if (p.kind == PruningKind::NM && p.n >= p.m)
    return Error(
        concat("n of the pattern nm must be below m, got ", p.n, " and ", p.m));
  if (p.kind == PruningKind::VNM && (p.n > 3 || p.m < 4))
    return Error(concat("the pattern vnm takes n of 1 to 3 and m of 4 or more, "
                        "got ",
                        p.n, " and ", p.m));
  if (p.kind == PruningKind::Block && p.blockRows < 1)
    return below("the height of a block", p.blockRows);
  if (p.kind == PruningKind::Block && p.blockCols < 1)
    return below("the width of a block", p.blockCols);
  return Status::success();
}

/// The kept elements and their scores.
static PrunedWeights collect(const DenseWeights &weights, const Mask &mask) {
  PrunedWeights result;
  CooMatrix &matrix = result.matrix;
  matrix.rows = weights.rows;
  matrix.cols = weights.cols;
  int64_t count = 0;
  for (uint8_t stays : mask)
    count += stays;
  matrix.reserve(count);
  double all = 0, stay = 0;
  size_t i = 0;
  for (int64_t r = 0; r < weights.rows; ++r)
    for (int64_t c = 0; c < weights.cols; ++c, ++i) {
      double value = weights.values[i];
      all += std::abs(value);
      if (!mask[i])
        continue;
      stay += std::abs(value);
      matrix.add(r, c, value);
    }
  if (all > 0) {
    result.retained = stay / all;
    result.retainedUnstructured = sumLargest(weights, count) / all;
  }
  return result;
}

Expected<PrunedWeights> formats::prune(const DenseWeights &weights,
                                       const PruningPattern &pattern) {
  if (Status status = checkPattern(pattern); !status)
    return status.takeError();
  int64_t budget = countKept(weights.rows * weights.cols, pattern.sparsity);
  switch (pattern.kind) {
  case PruningKind::Unstructured:
    return collect(weights, pruneUnstructured(weights, budget));
  case PruningKind::NM:
    return collect(weights, pruneNM(weights, pattern.n, pattern.m));
  case PruningKind::VectorWise:
    return collect(weights, pruneBlocks(weights, pattern.v, 1, budget));
  case PruningKind::Block:
    return collect(weights, pruneBlocks(weights, pattern.blockRows,
                                        pattern.blockCols, budget));
  case PruningKind::VNM:
    return collect(weights, pruneVNM(weights, pattern.v, pattern.n, pattern.m));
  case PruningKind::ShuffledBlock:
    break;
  }
  std::vector<int64_t> order = searchGroups(weights, pattern.v, budget);
  VectorChoice choice = chooseVectors(weights, order, pattern.v, budget);
  PrunedWeights result =
      collect(weights, maskOfVectors(weights, order, pattern.v, choice));
  result.rowPermutation = std::move(order);
  return result;
}
