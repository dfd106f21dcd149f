//===- Output.h - What the commands of sparse-pack write
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_SPARSEPACK_OUTPUT_H
#define SPARSEGPU_TOOLS_SPARSEPACK_OUTPUT_H

#include "Common.h"

#include "SparseGPU/Formats/ElementType.h"

namespace sparsegpu::pack {

/// --kind: what to write, whatever the name of the output says.
void addKindOption(CLI::App &command, std::string &kind);

/// What to write: a container if `format` is not empty, else what `kind` says,
/// else what the name says.
Expected<formats::FileKind> outputKind(const std::string &path,
                                       const std::string &kind,
                                       const std::string &format);

/// The options of a command that writes the matrix it made.
struct Output {
  std::string path, kind, format, valueType;
  unsigned indexWidth = 32;
};
void addOutputOptions(CLI::App &command, Output &output,
                      const std::string &defaultFormat);

/// A matrix to write, and how to pack it if nothing else is asked for.
struct OutputMatrix {
  const formats::CooMatrix *matrix = nullptr;
  formats::FileField field = formats::FileField::Real;
  /// Used when --to is not given, without padding if `isExact`.
  FormatChoice format;
  bool isExact = false;
  /// For formats that store one.
  std::vector<int64_t> rowPermutation;
};

/// An error that would only show after the work: an unknown format, parameters
/// out of range, a name that does not say what to write. `format` is what
/// OutputMatrix will have.
Status checkOutput(const Output &output, const FormatChoice &format);

/// Writes the matrix; gives a description of the file: "container of csr".
Expected<std::string> writeOutput(const Output &output,
                                  const OutputMatrix &matrix,
                                  Progress &progress);

/// `path` with `suffix` instead of its ending, and that of compression.
std::string withSuffix(const std::string &path, const std::string &suffix);

} // namespace sparsegpu::pack

#endif // SPARSEGPU_TOOLS_SPARSEPACK_OUTPUT_H
