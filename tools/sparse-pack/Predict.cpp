//===- Predict.cpp - sparse-pack predict
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Common.h"

#include "SparseGPU/CostModel/ScheduleReport.h"
#include "SparseGPU/CostModel/SparsityModel.h"
#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Support/FileIO.h"
#include "SparseGPU/Support/Strings.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

using namespace sparsegpu;
using namespace sparsegpu::costmodel;
using namespace sparsegpu::pack;

using json = nlohmann::ordered_json;

namespace {
struct Arguments {
  Input input;
  int64_t m = 0, n = 0, k = 0, v = 64;
  std::string type = "f16", gpu = "A100";
  std::vector<double> sparsities = {0.5, 0.75, 0.8, 0.85, 0.9, 0.95};
  bool json = false;
};
} // namespace

static constexpr int64_t largestExtent = int64_t(1) << 30;

static const std::pair<const char *, MatrixType> types[] = {
    {"f16", MatrixType::F16}, {"bf16", MatrixType::BF16},
    {"f64", MatrixType::F64}, {"i8", MatrixType::S8},
    {"f8", MatrixType::FP8},
};

static std::string gpuNames() {
  std::string names;
  for (const TargetDescription &target : allTargets())
    names += (names.empty() ? "" : ", ") + std::string(target.name);
  return names;
}

/// Sizes of FILE where none are given, and its density.
static Status takeFile(Arguments &arguments, std::optional<double> &density) {
  Progress progress;
  Expected<formats::MatrixFile> file = readInput(arguments.input, progress);
  if (!file)
    return file.takeError();
  const formats::CooMatrix &matrix = file->matrix;
  if (arguments.m != 0 || arguments.k != 0)
    return Error("-m and -k are those of the file");
  if (matrix.rows < 1 || matrix.cols < 1 || matrix.rows > largestExtent ||
      matrix.cols > largestExtent)
    return Error(concat(displayPath(arguments.input.path), ": a weight of ",
                        matrix.rows, " x ", matrix.cols,
                        "; both are 1 to 2^30 here"));
  arguments.m = matrix.rows;
  arguments.k = matrix.cols;
  // Those of one place are one.
  formats::PackOptions options;
  options.positionWidth = options.coordinateWidth = 64;
  options.valueType = formats::ElementType::F64;
  Expected<formats::PackedMatrix> packed = formats::packCsr(matrix, options);
  if (!packed)
    return Error(
        concat(displayPath(arguments.input.path), ": ", packed.message()));
  auto entries = static_cast<double>(packed->nnz);
  auto places =
      static_cast<double>(matrix.rows) * static_cast<double>(matrix.cols);
  if (entries > 0 && entries < places)
    density = entries / places;
  return Status::success();
}

static json toJSON(const Arguments &arguments, const SparsityReport &report,
                   const std::optional<double> &own) {
  json result = {{"gpu", arguments.gpu},
                 {"type", arguments.type},
                 {"v", arguments.v},
                 {"m", arguments.m},
                 {"n", arguments.n},
                 {"k", arguments.k},
                 {"dense_us", report.dense.microseconds},
                 {"dense_bound_us", report.denseBound}};
  if (report.breakEven)
    result["break_even_sparsity"] = 1 - *report.breakEven;
  else
    result["break_even_sparsity"] = nullptr;
  if (own)
    result["file_sparsity"] = 1 - *own;
  json points = json::array();
  for (const SparsityPoint &point : report.points)
    points.push_back({{"sparsity", 1 - point.density},
                      {"kept", point.kept},
                      {"us", point.sparse.microseconds},
                      {"over_dense", point.overDense},
                      {"over_dense_bound", point.overBound},
                      {"bound_by", nameOf(point.sparse.bound)},
                      {"schedule", toText(point.sparse.schedule)}});
  result["points"] = points;
  return result;
}

static void print(const Arguments &arguments, const SparsityReport &report,
                  const std::optional<double> &own) {
  std::printf(
      "%s, %s: a weight of %lld x %lld in shuffled blocks, V = %lld, "
      "times %lld columns\n",
      arguments.gpu.c_str(), arguments.type.c_str(),
      static_cast<long long>(arguments.m), static_cast<long long>(arguments.k),
      static_cast<long long>(arguments.v), static_cast<long long>(arguments.n));
  std::printf("dense: %.1f us by this compiler's kernel, at least %.1f us by "
              "any\n\n",
              report.dense.microseconds, report.denseBound);
  std::printf("%9s %8s %9s %11s %17s  %s\n", "sparsity", "kept", "us",
              "over dense", "over dense bound", "bound by");
  for (const SparsityPoint &point : report.points)
    std::printf(
        "%8.1f%% %8llu %9.1f %10.2fx %16.2fx  %s%s\n",
        100 * (1 - point.density), static_cast<unsigned long long>(point.kept),
        point.sparse.microseconds, point.overDense, point.overBound,
        nameOf(point.sparse.bound),
        own && *own == point.density ? "  <- as dense as the file" : "");
  if (report.breakEven)
    std::printf("\nSparsity pays from %.0f %% on.\n",
                100 * (1 - *report.breakEven));
  else
    std::printf("\nSparsity does not pay.\n");
  std::printf("Predicted by the cost model; no GPU has confirmed it "
              "(docs/CostModel.md).\n");
}

static Status run(Arguments &arguments) {
  const TargetDescription *target = findTarget(arguments.gpu);
  if (!target)
    return Error(concat("--gpu ", sparsegpu::quoted(arguments.gpu),
                        " is not known; there are ", gpuNames()));
  arguments.gpu = target->name;
  std::optional<double> own;
  if (!arguments.input.path.empty())
    if (Status status = takeFile(arguments, own); !status)
      return status;
  for (auto [name, value] :
       {std::pair("-m", arguments.m), std::pair("-k", arguments.k),
        std::pair("-n", arguments.n)})
    if (value < 1)
      return Error(concat(name, " must be given, and at least 1",
                          name[1] == 'n' ? "" : "; or a FILE"));
  if (arguments.n == 1)
    return Error(
        "one column is computed by warps on CUDA cores, which the model "
        "does not know; -n is at least 2");
  std::vector<double> densities;
  for (double sparsity : arguments.sparsities) {
    if (std::isnan(sparsity))
      return Error("--sparsity takes numbers from 0 to below 1, got nan");
    densities.push_back(1 - sparsity);
  }
  if (own)
    densities.push_back(*own);
  std::sort(densities.rbegin(), densities.rend());
  densities.erase(std::unique(densities.begin(), densities.end()),
                  densities.end());
  MatrixType type = MatrixType::F16;
  for (auto [name, candidate] : types)
    if (arguments.type == name)
      type = candidate;
  std::optional<SparsityReport> report =
      predictSparsity(*target, type, arguments.v, arguments.m, arguments.n,
                      arguments.k, densities);
  if (!report)
    return Error(concat("the ", target->name,
                        " has no schedule on tensor "
                        "cores for ",
                        arguments.type, " and V = ", arguments.v));
  if (arguments.json)
    std::cout << toJSON(arguments, *report, own).dump(1) << "\n";
  else
    print(arguments, *report, own);
  return Status::success();
}

void pack::addPredict(CLI::App &app, int &status) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App *command = app.add_subcommand(
      "predict",
      "Says whether sparsity pays: the times that the cost model predicts of "
      "a weight in shuffled blocks, M x K, times a dense matrix, K x N, and "
      "of the dense product");
  addInputOptions(*command, arguments->input);
  command->get_option("FILE")->required(false);
  const CLI::Range extent(int64_t(1), largestExtent);
  command->add_option("-m", arguments->m, "Rows of the weight (outputs)")
      ->check(extent);
  command->add_option("-k", arguments->k, "Columns of the weight (inputs)")
      ->check(extent);
  command
      ->add_option("-n", arguments->n, "Columns of the dense matrix (samples)")
      ->check(extent)
      ->required();
  command->add_option("--v", arguments->v, "Rows of a group: 16, 32, 64 or 128")
      ->check(CLI::IsMember({16, 32, 64, 128}))
      ->capture_default_str();
  command
      ->add_option("--type", arguments->type,
                   "Elements of both: f16, bf16, f64, i8 or f8")
      ->check(CLI::IsMember({"f16", "bf16", "f64", "i8", "f8"}))
      ->capture_default_str();
  command->add_option("--gpu", arguments->gpu, "One of " + gpuNames())
      ->capture_default_str();
  command
      ->add_option("--sparsity", arguments->sparsities,
                   "Parts of the weight that are pruned, from 0 to below 1")
      ->check(CLI::Range(0.0, 0.9999))
      ->delimiter(',')
      ->capture_default_str();
  command->add_flag("--json", arguments->json, "Print JSON");
  command->callback([arguments, &status] {
    if (Status done = run(*arguments); !done)
      status = fail(done.message());
  });
}
