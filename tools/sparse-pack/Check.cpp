//===- Check.cpp - sparse-pack check
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Common.h"

#include "SparseGPU/Formats/Container.h"
#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Formats/MatrixStatistics.h"
#include "SparseGPU/Support/FileIO.h"
#include "SparseGPU/Support/Strings.h"

#include <iostream>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::pack;

/// Checksums, the invariants of the format, the number of entries.
static Expected<std::string> checkContainer(std::string_view content,
                                            const std::string &path) {
  Expected<PackedMatrix> packed = parsePacked(content, path);
  if (!packed)
    return packed.takeError();
  const Format &format = *findFormat(packed->format);
  if (Status status = format.check(*packed); !status)
    return Error(concat(path, ": ", status.message()));
  Expected<CooMatrix> matrix = unpack(*packed, format);
  if (!matrix)
    return Error(concat(path, ": ", matrix.message()));
  if (matrix->entries() != packed->nnz)
    return Error(concat(path, ": the header announces ", packed->nnz,
                        " entries, but there are ", matrix->entries()));
  return concat("container of ", packed->format, ", ", packed->rows, " x ",
                packed->cols, ", ", packed->nnz, " entries");
}

/// Duplicates, and whether a symmetry that the file claims holds.
static Expected<std::string> checkEntries(std::string_view content,
                                          const std::string &path,
                                          const ReadOptions &reading) {
  Expected<MatrixFile> file = parseMatrix(content, path, reading);
  if (!file)
    return file.takeError();
  PackOptions options;
  options.valueType = ElementType::F64;
  options.duplicates = Duplicates::Refuse;
  options.positionWidth = options.coordinateWidth = 64;
  Expected<PackedMatrix> packed = packCsr(file->matrix, options);
  if (!packed)
    return Error(concat(path, ": ", packed.message()));
  if (file->symmetry != FileSymmetry::General) {
    Symmetry found = computeStatistics(asCsrSource(*packed)).symmetry;
    // Magnitudes of a skew-symmetric matrix are symmetric, and a matrix
    // without entries is everything.
    bool holds = found == Symmetry::Symmetric ||
                 (found == Symmetry::SkewSymmetric &&
                  file->symmetry == FileSymmetry::SkewSymmetric);
    if (!holds)
      return Error(concat(path, ": the file claims to be ",
                          name(file->symmetry), ", which does not hold"));
  }
  return concat(name(file->kind), ", ", name(file->field), ", ",
                name(file->symmetry), ", ", file->matrix.rows, " x ",
                file->matrix.cols, ", ", packed->nnz, " entries");
}

void pack::addCheck(CLI::App &app, int &status) {
  auto input = std::make_shared<Input>();
  CLI::App *command = app.add_subcommand(
      "check", "Checks a file: that it can be read, has no duplicates and is "
               "symmetric where it says so; a container's checksums and the "
               "invariants of its format. Status 1 when it is not so");
  addInputOptions(*command, *input);
  command->callback([input, &status] {
    Progress progress;
    progress.show("checking " + input->path);
    ReadOptions options = input->options;
    // Complex numbers are no fault of a file.
    options.complexValues = input->complex == "magnitude"
                                ? ComplexValues::Magnitude
                                : ComplexValues::Real;
    std::string shown = displayPath(input->path);
    Expected<std::string> content = readFile(input->path);
    Expected<std::string> result =
        !content                ? Expected<std::string>(content.takeError())
        : isContainer(*content) ? checkContainer(*content, shown)
                                : checkEntries(*content, shown, options);
    progress.clear();
    if (!result) {
      status = fail(result.message());
      return;
    }
    std::cout << shown << ": " << *result << "\n";
    if (!std::cout.flush())
      status = fail("cannot write to standard output");
  });
}
