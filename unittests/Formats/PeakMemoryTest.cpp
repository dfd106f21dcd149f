//===- PeakMemoryTest.cpp - Memory beside input and output
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// While a matrix is read or converted, there is at most what goes in, what
// comes out, and a fifth of both.
//
//===----------------------------------------------------------------------===//

#include "AllocationCounter.h"
#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Formats/MatrixFile.h"
#include "SparseGPU/Formats/MatrixFileWriter.h"
#include "SparseGPU/Formats/StructureGenerators.h"
#include "SparseGPU/Support/FileIO.h"
#include "TestUtils.h"
#include "Transpose.h"

#include <gtest/gtest.h>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

namespace {

size_t sizeOf(const CooMatrix &matrix) { return matrix.row.size() * 24; }

size_t sizeOf(const PackedMatrix &matrix) {
  return static_cast<size_t>(matrix.byteSize()) +
         matrix.explicitZeros.size() * sizeof(int64_t);
}

/// Runs `convert`, whose result is looked at after its memory was.
template <typename Result, typename Convert>
Result expectBounded(const char *what, size_t input, const Convert &convert) {
  // For the threads and their bitmaps.
  constexpr size_t slack = size_t(1) << 20;
  Expected<Result> result = Error("nothing was done");
  size_t peak = peakDuring([&] { result = convert(); });
  EXPECT_TRUE(result.ok()) << what << ": " << result.message();
  if (!result)
    return {};
  size_t output = sizeOf(*result);
  EXPECT_LE(input + peak, (input + output) * 6 / 5 + slack)
      << what << ": " << input << " bytes in, " << output
      << " bytes out, and besides them "
      << static_cast<double>(peak) - static_cast<double>(output);
  return *std::move(result);
}

PackOptions narrow() {
  PackOptions options;
  options.positionWidth = options.coordinateWidth = 32;
  return options;
}

CooMatrix makeGraph() { return *generateRmat(16, 700000, 1); }

/// The same entries in an order without rule.
CooMatrix shuffled(const CooMatrix &matrix) {
  CooMatrix result;
  result.rows = matrix.rows;
  result.cols = matrix.cols;
  int64_t entries = matrix.entries(), step = 1000003;
  result.reserve(entries);
  for (int64_t i = 0, e = 0; i < entries; ++i, e = (e + step) % entries)
    result.add(matrix.row[e], matrix.col[e], matrix.value[e]);
  return result;
}

TEST(PeakMemory, OfPackingTriplets) {
  CooMatrix graph = makeGraph();
  auto pack = [](const CooMatrix &matrix, ElementType type, unsigned width) {
    PackOptions options = narrow();
    options.valueType = type;
    options.positionWidth = options.coordinateWidth = width;
    return packCsr(matrix, options);
  };
  CooMatrix mixed = shuffled(graph);
  for (ElementType type :
       {ElementType::F64, ElementType::F32, ElementType::F16})
    for (unsigned width : {32, 64}) {
      expectBounded<PackedMatrix>("ascending", sizeOf(graph),
                                  [&] { return pack(graph, type, width); });
      expectBounded<PackedMatrix>("shuffled", sizeOf(mixed),
                                  [&] { return pack(mixed, type, width); });
    }
  // One entry in ten has another at its place.
  for (int64_t e = 0, end = mixed.entries(); e < end; e += 10)
    mixed.add(mixed.row[e], mixed.col[e], 1);
  expectBounded<PackedMatrix>("with duplicates", sizeOf(mixed), [&] {
    return pack(mixed, ElementType::F64, 32);
  });
}

TEST(PeakMemory, OfPackingAndUnpackingEveryFormat) {
  // Blocks of 4 x 4 in a pattern of 2:4, so that no format grows far beyond
  // the others.
  CooMatrix blocks = *generateBlocks(4000, 4000, 4, 4, 0.1, 1);
  PackedMatrix csr = *packCsr(blocks, narrow());
  for (const Format *format : allFormats()) {
    std::vector<int64_t> parameters;
    for (const ParameterSpec &parameter : format->parameters())
      parameters.push_back(parameter.defaultValue);
    std::string name(format->name());
    CsrSource source = asCsrSource(csr);
    bool fits = format->pack(source, parameters, narrow()).ok();
    if (!fits)
      continue; // N:M takes other matrices.
    PackedMatrix packed =
        expectBounded<PackedMatrix>(name.c_str(), sizeOf(csr), [&] {
          return format->pack(source, parameters, narrow());
        });
    expectBounded<CooMatrix>((name + ", unpacked").c_str(), sizeOf(packed),
                             [&] { return unpack(packed, *format); });
  }
}

TEST(PeakMemory, OfPackingNM) {
  CooMatrix matrix = *generateNM(2000, 2000, 2, 4, 1);
  PackedMatrix csr = *packCsr(matrix, narrow());
  for (const char *name : {"nm", "vnm"}) {
    const Format *format = findFormat(name);
    ASSERT_NE(format, nullptr);
    std::vector<int64_t> parameters;
    for (const ParameterSpec &parameter : format->parameters())
      parameters.push_back(parameter.defaultValue);
    if (!format->pack(asCsrSource(csr), parameters, narrow()).ok())
      continue;
    expectBounded<PackedMatrix>(name, sizeOf(csr), [&] {
      return format->pack(asCsrSource(csr), parameters, narrow());
    });
  }
}

TEST(PeakMemory, OfTransposing) {
  CooMatrix graph = makeGraph();
  PackedMatrix csr = *packCsr(graph, narrow());
  expectBounded<PackedMatrix>("transpose", sizeOf(csr), [&] {
    return transposeCsr(asCsrSource(csr), narrow());
  });
}

TEST(PeakMemory, OfReading) {
  CooMatrix graph = makeGraph();
  TempDir dir;
  struct Kind {
    const char *name;
    FileKind kind;
  };
  for (auto [name, kind] :
       {Kind{"a.mtx", FileKind::MatrixMarket}, Kind{"a.el", FileKind::EdgeList},
        Kind{"a.npz", FileKind::Npz}, Kind{"a.smtx", FileKind::Smtx}}) {
    MatrixWriteOptions options;
    if (kind != FileKind::Npz)
      options.field = FileField::Pattern;
    Expected<std::string> content = formatMatrix(graph, kind, options);
    ASSERT_TRUE(content.ok()) << content.message();
    size_t size = content->size();
    for (const char *ending : {"", ".gz", ".zst"}) {
      std::string path = dir.path(std::string(name) + ending);
      ASSERT_TRUE(writeFileByName(path, *content).ok());
      // The input is the content; a compressed one is its bytes as well.
      size_t input = size + (*ending ? std::filesystem::file_size(path) : 0);
      // It is read within the measured time.
      Expected<MatrixFile> file = Error("nothing was done");
      size_t peak = peakDuring([&] { file = readMatrix(path); });
      ASSERT_TRUE(file.ok()) << path << ": " << file.message();
      size_t output = sizeOf(file->matrix);
      EXPECT_EQ(file->matrix.entries(), graph.entries());
      EXPECT_LE(peak, (input + output) * 6 / 5 + (size_t(1) << 20))
          << path << ": " << input << " bytes in, " << output << " bytes out";
    }
  }
}

} // namespace
