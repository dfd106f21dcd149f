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
#include "SparseGPU/Support/Strings.h"

using namespace sparsegpu;
using namespace sparsegpu::formats;

/// As text, larger graphs would take most of the memory: they are not read.
static constexpr int64_t largestText = 10000000;

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

void bench::addGrowth(int64_t largest) {
  auto graph = std::make_shared<Graph>();
  for (int64_t edges = 10000; edges <= largest; edges *= 10) {
    auto add = [&](const std::string &what, auto body) {
      benchmark::RegisterBenchmark(concat("growth/", what, "/", edges).c_str(),
                                   [=](benchmark::State &state) {
                                     graph->csr(edges);
                                     // Texts are made in the first run.
                                     if (edges <= largestText)
                                       body(*graph, edges);
                                     for (auto _ : state)
                                       body(*graph, edges);
                                     reportPerNonzero(state,
                                                      graph->csr(edges).nnz);
                                   })
          ->Unit(benchmark::kMillisecond)
          ->UseRealTime();
    };
    add("coo-to-csr", [](Graph &graph, int64_t edges) {
      orExit(packCsr(graph.coo(edges), packOptions()), "packCsr");
    });
    if (edges <= largestText) {
      auto text = std::make_shared<std::string>();
      add("read-mtx", [text](Graph &graph, int64_t edges) {
        if (text->empty())
          *text = orExit(formatMatrix(graph.coo(edges), FileKind::MatrixMarket,
                                      MatrixWriteOptions()),
                         "formatMatrix");
        orExit(parseMatrixMarket(*text, "text"), "parseMatrixMarket");
      });
    }
    add("transpose", [](Graph &graph, int64_t edges) {
      graph.dropTriplets();
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
      // Nearly every edge has a block of its own: 64 bytes for each.
      if (std::string_view(name) == "bsr" && edges > largestText)
        continue;
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
