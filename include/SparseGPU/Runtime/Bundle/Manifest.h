//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The manifest of a bundle: docs/Bundles.md gives each member of the JSON file.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_RUNTIME_BUNDLE_MANIFEST_H
#define SPARSEGPU_RUNTIME_BUNDLE_MANIFEST_H

#include "SparseGPU/Formats/ElementType.h"
#include "SparseGPU/Formats/Generators.h"
#include "SparseGPU/Support/Expected.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sparsegpu::bundle {

/// The version of the manifest that this code reads and writes.
inline constexpr int kManifestVersion = 1;

/// One parameter of the C interface of a program, in order: the parts of a
/// sparse argument are its fields, then its dynamic sizes.
struct Parameter {
  enum class Kind { Buffer, Size, Scalar };
  Kind kind = Kind::Buffer;
  /// "B", or "A.positions" and "A.rows" for the parts of A.
  std::string name;
  /// Of the elements of a buffer, or of a scalar; I64 for sizes.
  formats::ElementType element = formats::ElementType::F32;
  /// Of a buffer.
  int64_t rank = 0;
};

struct ResultInfo {
  std::string name;
  formats::ElementType element = formats::ElementType::F32;
  int64_t rank = 0;
};

struct Program {
  std::string id;
  /// The function's name in the source, and the symbol that is called with an
  /// array of pointers to its arguments.
  std::string entry, symbol;
  /// Operands in device memory and a trailing stream, or in host memory.
  bool deviceOperands = true;
  std::string source, schedule;
  /// Paths relative to the bundle; empty when the bundle has none.
  std::string cudaLibrary, emulatorLibrary, header;
  std::vector<Parameter> parameters;
  std::vector<ResultInfo> results;
  /// The chips that have machine code, "sm_80".
  std::vector<std::string> chips;
};

/// Where the bytes of a buffer come from.
struct BufferData {
  std::string parameter;
  std::vector<int64_t> shape;
  /// A file of the bundle; when empty the data is made by
  /// formats::generateDense with this fill and seed.
  std::string file;
  formats::DenseFill fill = formats::DenseFill::Random;
  uint64_t seed = 0;
};

struct ScalarData {
  std::string parameter;
  /// The bits, in the low bytes.
  int64_t bits = 0;
};

/// What a result should be, at some or all of its elements.
struct ExpectedResult {
  std::string result;
  /// Elements of the result, and how many of them are in the file.
  int64_t elements = 0, stored = 0;
  /// `stored` records of index (i64), value (f64) and bound (f64).
  std::string file;
};

/// A sparse argument, for reports.
struct MatrixInfo {
  std::string argument, source, format;
  int64_t rows = 0, columns = 0, nonzeros = 0, bytes = 0;
};

struct Case {
  std::string name;
  std::string program;
  std::vector<BufferData> buffers;
  std::vector<ScalarData> scalars;
  std::vector<MatrixInfo> matrices;
  std::vector<ExpectedResult> expected;
  /// Why there are no expected results, when there are none.
  std::string noReference;
};

struct Manifest {
  std::string producer;
  std::vector<Program> programs;
  std::vector<Case> cases;

  const Program *findProgram(const std::string &id) const;
  const Case *findCase(const std::string &name) const;
};

/// Reads `directory`/`name`. The error names the file and the member that is
/// missing or wrong.
Expected<Manifest> readManifest(const std::string &directory,
                                const std::string &name = "manifest.json");

} // namespace sparsegpu::bundle

#endif // SPARSEGPU_RUNTIME_BUNDLE_MANIFEST_H
