//===- MatrixFile.h - Matrices in files
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the readers have in common, and the reader that picks one.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_MATRIXFILE_H
#define SPARSEGPU_FORMATS_MATRIXFILE_H

#include "SparseGPU/Formats/Coo.h"
#include "SparseGPU/Support/Expected.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sparsegpu::formats {

enum class FileKind {
  MatrixMarket,
  Smtx,
  Npz,
  Npy,
  Safetensors,
  EdgeList,
  Frostt,
  Container
};
enum class FileField { Real, Integer, Pattern, Complex };
enum class FileSymmetry { General, Symmetric, SkewSymmetric, Hermitian };

/// "Matrix Market", "smtx", "npz", "npy", "safetensors", "edge list",
/// "FROSTT", "container".
std::string_view name(FileKind kind);
/// "real", "integer", "pattern", "complex".
std::string_view name(FileField field);
/// "general", "symmetric", "skew-symmetric", "hermitian".
std::string_view name(FileSymmetry symmetry);

/// A matrix as read, and what its file said about it.
struct MatrixFile {
  /// All entries: those that a symmetric file leaves out are filled in. Of a
  /// dense array, the elements that are not zero.
  CooMatrix matrix;
  FileKind kind = FileKind::MatrixMarket;
  FileField field = FileField::Real;
  FileSymmetry symmetry = FileSymmetry::General;
  /// Entries in the file itself, for an array its elements.
  int64_t storedEntries = 0;
  /// The file holds an array, not entries with their places.
  bool dense = false;
};

/// The values of a matrix whose file has none.
enum class PatternValues { Ones, Random };

/// What becomes of complex numbers.
enum class ComplexValues { Refuse, Real, Magnitude };

struct ReadOptions {
  PatternValues patternValues = PatternValues::Ones;
  /// For PatternValues::Random: entry e of the file gets a number in [-1, 1)
  /// that depends on the seed and e alone; mirrored entries share it.
  uint64_t seed = 0;
  ComplexValues complexValues = ComplexValues::Refuse;
  /// Which array of an .npz or safetensors file; may be empty when there is
  /// only one to take.
  std::string tensor = {};
  /// The number of the first node of an edge list.
  int64_t edgeBase = 0;
  /// What the file is; without it content and name decide.
  std::optional<FileKind> kind = {};
};

/// The kind of a file with that (unpacked) content and name, as readMatrix sees
/// it; nothing when neither tells.
std::optional<FileKind> detectKind(std::string_view content,
                                   std::string_view path);

/// Reads the matrix at `path` ("-" is standard input), compressed with gzip or
/// zstd or not. The content decides between the formats; the name (.mtx, .smtx,
/// .npz, .npy, .safetensors, .tns, .el, .wel, .edges, .edgelist, .txt, .tsv,
/// .csv, with or without .gz or .zst) only when the content does not tell.
///
/// Errors: "<path>:<line>:<column>: message" for text, "<path>: byte <offset>:
/// message" for the others, or "<path>: message" when the file cannot be read
/// at all.
Expected<MatrixFile> readMatrix(const std::string &path,
                                const ReadOptions &options = {});

/// The same for content at hand; `path` is used in messages and for its suffix.
Expected<MatrixFile> parseMatrix(std::string_view text, std::string_view path,
                                 const ReadOptions &options = {});

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_MATRIXFILE_H
