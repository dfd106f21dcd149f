//===- Conversions.cpp - What packing and reading one matrix cost
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FormatsBenchmark.h"
#include "Transpose.h"

#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Formats/Generators.h"
#include "SparseGPU/Formats/MatrixFile.h"
#include "SparseGPU/Formats/RowGrouping.h"
#include "SparseGPU/Support/Strings.h"

#include <filesystem>

using namespace sparsegpu;
using namespace sparsegpu::formats;

PackOptions bench::packOptions() {
  PackOptions options;
  options.positionWidth = options.coordinateWidth = 32;
  return options;
}

std::vector<int64_t> bench::allParameters(const Format &format,
                                          std::vector<int64_t> given) {
  std::vector<ParameterSpec> specs = format.parameters();
  for (size_t i = given.size(); i < specs.size(); ++i)
    given.push_back(specs[i].defaultValue);
  return given;
}

void bench::reportPerNonzero(benchmark::State &state, int64_t nnz) {
  // Google Benchmark divides the seconds, and shows nanoseconds as 1e-9.
  state.counters["s/nonzero"] = benchmark::Counter(
      static_cast<double>(nnz), benchmark::Counter::kIsIterationInvariantRate |
                                    benchmark::Counter::kInvert);
}

namespace {
struct Packer {
  const char *format;
  std::vector<int64_t> parameters;
};
} // namespace

static const Packer packers[] = {
    {"csr", {}},
    {"coo", {}},
    {"dcsr", {}},
    {"bsr", {4, 4}},
    {"sliced_ell", {32}},
    {"vector_wise", {8}},
    {"condensed_tiles", {0, 16, 8}},
    {"condensed_tiles", {1, 16, 8}},
    {"condensed_tiles", {2, 16, 8}},
    {"condensed_tiles", {3, 16, 8}},
    {"row_merge", {}},
};

static std::string spell(const Packer &packer) {
  std::string text = packer.format;
  const Format *format = findFormat(packer.format);
  std::vector<ParameterSpec> specs = format->parameters();
  for (size_t i = 0; i < packer.parameters.size(); ++i) {
    int64_t number = packer.parameters[i];
    text += concat(i == 0 ? ":" : ",", specs[i].name, "=");
    if (specs[i].choices.empty())
      text += concat(number);
    else
      text += concat(specs[i].choices[number - specs[i].smallest]);
  }
  return text;
}

void bench::addConversions(const std::string &matrix,
                           const std::vector<std::string> &files) {
  for (const std::string &path : files)
    benchmark::RegisterBenchmark(
        concat("read/", std::filesystem::path(path).filename().string())
            .c_str(),
        [path](benchmark::State &state) {
          int64_t nnz = 0;
          for (auto _ : state)
            nnz = orExit(readMatrix(path), path).matrix.entries();
          reportPerNonzero(state, nnz);
        })
        ->Unit(benchmark::kMillisecond)
        ->MeasureProcessCPUTime()
        ->UseRealTime();
  if (matrix.empty())
    return;
  auto coo =
      std::make_shared<CooMatrix>(orExit(readMatrix(matrix), matrix).matrix);
  auto csr = std::make_shared<PackedMatrix>(
      orExit(packCsr(*coo, packOptions()), matrix));
  auto add = [&](const std::string &name, auto body) {
    benchmark::RegisterBenchmark(name.c_str(),
                                 [csr, body](benchmark::State &state) {
                                   for (auto _ : state)
                                     body(asCsrSource(*csr));
                                   reportPerNonzero(state, csr->nnz);
                                 })
        ->Unit(benchmark::kMillisecond)
        ->MeasureProcessCPUTime()
        ->UseRealTime();
  };
  add("coo-to-csr", [coo](const CsrSource &) {
    orExit(packCsr(*coo, packOptions()), "packCsr");
  });
  add("transpose", [](const CsrSource &source) {
    orExit(transposeCsr(source, packOptions()), "transpose");
  });
  for (const Packer &packer : packers)
    add("pack/" + spell(packer), [packer](const CsrSource &source) {
      const Format &format = *findFormat(packer.format);
      orExit(format.pack(source, allParameters(format, packer.parameters),
                         packOptions()),
             packer.format);
    });
}

void bench::addGrouping() {
  for (int percent : {10, 25, 50})
    benchmark::RegisterBenchmark(
        concat("grouping/", percent, "%").c_str(),
        [percent](benchmark::State &state) {
          SparseRecipe recipe;
          recipe.rows = recipe.cols = 4096;
          recipe.parameter = percent / 100.0;
          PackedMatrix csr =
              orExit(packCsr(orExit(generateSparse(recipe, 1), "generate"),
                             packOptions()),
                     "packCsr");
          for (auto _ : state)
            benchmark::DoNotOptimize(groupRows(asCsrSource(csr), 64));
          reportPerNonzero(state, csr.nnz);
        })
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime()
        ->Iterations(1);
}
