//===- InputSpec.cpp - What --input of sparse-run names
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/InputSpec.h"

#include "SparseGPU/Support/Strings.h"

#include <cmath>
#include <optional>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {
struct DistributionInfo {
  std::string_view name;
  SparseDistribution distribution;
  double parameter;
};
} // namespace

static constexpr DistributionInfo distributions[] = {
    {"uniform", SparseDistribution::Uniform, 0.01},
    {"powerlaw", SparseDistribution::PowerLaw, 8},
    {"banded", SparseDistribution::Banded, 1},
};

static const DistributionInfo *findDistribution(std::string_view name) {
  for (const DistributionInfo &info : distributions)
    if (info.name == name)
      return &info;
  return nullptr;
}

static Error specError(std::string_view text, std::string_view message) {
  return Error(concat("input ", quoted(text, 200), ": ", message));
}

static Status parseShape(std::string_view text, std::string_view shape,
                         std::vector<int64_t> &sizes) {
  for (std::string_view part : split(shape, 'x')) {
    if (part == "?") {
      sizes.push_back(-1);
      continue;
    }
    std::optional<int64_t> size = parseInteger(part);
    if (!size || *size < 0)
      return specError(text, concat(quoted(shape),
                                    " is not a shape, expected sizes joined "
                                    "by 'x' such as 1000x800"));
    sizes.push_back(*size);
  }
  return Status::success();
}

static Status parseParameter(std::string_view text, std::string_view number,
                             InputSpec &spec) {
  std::optional<double> parameter = parseDouble(number);
  if (!parameter || !std::isfinite(*parameter) || *parameter < 0)
    return specError(text,
                     concat(quoted(number), " is not a number of at least 0"));
  if (spec.distribution == SparseDistribution::Uniform && *parameter > 1)
    return specError(text,
                     concat("the density ", quoted(number), " is above 1"));
  spec.parameter = *parameter;
  return Status::success();
}

static void setDistribution(const DistributionInfo &info, InputSpec &spec) {
  spec.hasDistribution = true;
  spec.distribution = info.distribution;
  spec.parameter = info.parameter;
}

/// What follows the shape of a random spec: `parts` from `index` on.
static Status parseDistribution(std::string_view text,
                                const std::vector<std::string_view> &parts,
                                size_t index, InputSpec &spec) {
  if (const DistributionInfo *info = findDistribution(parts[index])) {
    setDistribution(*info, spec);
    ++index;
  } else {
    setDistribution(distributions[0], spec);
    if (!parseDouble(parts[index]))
      return specError(text, concat("distribution ", quoted(parts[index]),
                                    " is not known, expected a density, "
                                    "'uniform', 'powerlaw' or 'banded'"));
  }
  if (index < parts.size()) {
    if (Status status = parseParameter(text, parts[index], spec); !status)
      return status;
    ++index;
  }
  if (index < parts.size())
    return specError(text, concat("unexpected ", quoted(parts[index]),
                                  " after the distribution"));
  return Status::success();
}

Expected<InputSpec> formats::parseInputSpec(std::string_view text) {
  InputSpec spec;
  if (text.empty())
    return Error("an input is empty, expected a file, random:MxN[:DIST], "
                 "zeros, iota or graph:debian");
  if (startsWith(text, "file:")) {
    spec.path = text.substr(5);
    if (spec.path.empty())
      return specError(text, "the path is empty");
    return spec;
  }

  std::vector<std::string_view> parts = split(text, ':');
  std::string_view kind = parts[0];
  if (kind == "graph" && parts.size() > 1) {
    if (text != "graph:debian")
      return specError(text, "the graph is not known, expected graph:debian");
    spec.kind = InputKind::GraphDebian;
    return spec;
  }
  const DistributionInfo *info = findDistribution(kind);
  if (kind == "random" || (info && parts.size() > 1)) {
    spec.kind = InputKind::Random;
  } else if (kind == "zeros") {
    spec.kind = InputKind::Zeros;
  } else if (kind == "iota") {
    spec.kind = InputKind::Iota;
  } else {
    spec.path = text;
    return spec;
  }

  if (parts.size() > 1)
    if (Status status = parseShape(text, parts[1], spec.shape); !status)
      return status.takeError();
  if (spec.kind != InputKind::Random) {
    if (parts.size() > 2)
      return specError(
          text, concat("unexpected ", quoted(parts[2]), " after the shape"));
    return spec;
  }
  if (info) {
    setDistribution(*info, spec);
    parts[1] = info->name; // as in random:SHAPE:NAME[:PARAMETER]
  }
  size_t rest = info ? 1 : 2;
  if (parts.size() > rest)
    if (Status status = parseDistribution(text, parts, rest, spec); !status)
      return status.takeError();
  return spec;
}

Expected<CooMatrix> formats::generateSparse(const InputSpec &spec, int64_t rows,
                                            int64_t cols, uint64_t seed) {
  if (spec.kind != InputKind::Random)
    return Error("only a random input describes a sparse matrix to generate");
  if (!spec.shape.empty() && spec.shape.size() != 2)
    return Error(concat("a sparse matrix has two sizes, the input gives ",
                        spec.shape.size()));
  SparseRecipe recipe;
  auto size = [&](size_t dim, int64_t known) {
    return spec.shape.empty() || spec.shape[dim] < 0 ? known : spec.shape[dim];
  };
  recipe.rows = size(0, rows);
  recipe.cols = size(1, cols);
  recipe.distribution = spec.distribution;
  recipe.parameter = spec.parameter;
  return generateSparse(recipe, seed);
}
