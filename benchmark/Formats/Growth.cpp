//===- Growth.cpp - Time for a nonzero at every size
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FormatsBenchmark.h"
#include "Transpose.h"

#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Formats/MatrixFileWriter.h"
#include "SparseGPU/Formats/MatrixMarketReader.h"
#include "SparseGPU/Formats/StructureGenerators.h"
#include "SparseGPU/Support/LargePages.h"
#include "SparseGPU/Support/Strings.h"

#include <cstring>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {
/// An R-MAT graph, made when it is first asked for; one at a time, as the
/// largest are large.
class Graph {
public:
  const PackedMatrix &csr(int64_t edges) {
    make(edges);
    return rows;
  }

  const CooMatrix &coo(int64_t edges) {
    make(edges);
    return triplets;
  }

  /// The triplets are not needed any more.
  void dropTriplets() { triplets = {}; }

private:
  void make(int64_t wanted) {
    if (wanted == edges)
      return;
    rows = {};
    int scale = 0;
    while ((int64_t(16) << scale) < wanted)
      ++scale;
    triplets = bench::orExit(generateRmat(scale, wanted, 1), "R-MAT");
    rows = bench::orExit(packCsr(triplets, bench::packOptions()), "packCsr");
    edges = wanted;
  }

  int64_t edges = -1;
  CooMatrix triplets;
  PackedMatrix rows;
};
} // namespace

/// Takes memory and gives it back to the system. What a virtual machine has not
/// used for seconds it must ask its host for, page by page, which takes twenty
/// times as long as clearing it: a matter of the host, not of the size.
static void touchMemory(int64_t bytes) {
  auto size = static_cast<size_t>(bytes);
  std::unique_ptr<std::byte[]> memory(new std::byte[size]);
  adviseLargePages(memory.get(), size);
  std::memset(memory.get(), 1, size);
  benchmark::DoNotOptimize(memory.get());
}

void bench::addGrowth(int64_t largest) {
  auto graph = std::make_shared<Graph>();
  for (int64_t edges = 10000; edges <= largest; edges *= 10) {
    auto add = [&](const std::string &what, auto body) {
      benchmark::RegisterBenchmark(concat("growth/", what, "/", edges).c_str(),
                                   [=](benchmark::State &state) {
                                     graph->csr(edges);
                                     // Texts are made in the first run.
                                     if (what == "read-mtx")
                                       body(*graph, edges);
                                     for (auto _ : state) {
                                       state.PauseTiming();
                                       touchMemory(80 * edges);
                                       state.ResumeTiming();
                                       body(*graph, edges);
                                     }
                                     reportPerNonzero(state,
                                                      graph->csr(edges).nnz);
                                   })
          ->Unit(benchmark::kMillisecond)
          ->UseRealTime();
    };
    add("coo-to-csr", [](Graph &graph, int64_t edges) {
      orExit(packCsr(graph.coo(edges), packOptions()), "packCsr");
    });
    auto text = std::make_shared<std::string>();
    add("read-mtx", [text](Graph &graph, int64_t edges) {
      if (text->empty())
        *text = orExit(formatMatrix(graph.coo(edges), FileKind::MatrixMarket,
                                    MatrixWriteOptions()),
                       "formatMatrix");
      orExit(parseMatrixMarket(*text, "text"), "parseMatrixMarket");
    });
    add("transpose", [text](Graph &graph, int64_t edges) {
      graph.dropTriplets();
      std::string().swap(*text);
      orExit(transposeCsr(asCsrSource(graph.csr(edges)), packOptions()),
             "transpose");
    });
    for (auto [name, parameters] :
         {std::pair<const char *, std::vector<int64_t>>{"csr", {}},
          {"coo", {}},
          {"dcsr", {}},
          {"bsr", {4, 4}},
          {"sliced_ell", {8}},
          {"condensed_tiles", {2, 16, 8}},
          {"row_merge", {}}}) {
      add(name, [format = findFormat(name),
                 parameters = allParameters(*findFormat(name), parameters)](
                    Graph &graph, int64_t edges) {
        orExit(format->pack(asCsrSource(graph.csr(edges)), parameters,
                            packOptions()),
               std::string(format->name()));
      });
    }
  }
}
