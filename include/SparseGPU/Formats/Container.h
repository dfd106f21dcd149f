//===- Container.h - Files of packed matrices
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_CONTAINER_H
#define SPARSEGPU_FORMATS_CONTAINER_H

#include "SparseGPU/Formats/Format.h"
#include "SparseGPU/Formats/MatrixFile.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sparsegpu::formats {

/// The version that is written, and the only one that is read.
constexpr uint32_t containerVersion = 1;

/// Fields begin at multiples of this.
constexpr size_t containerAlignment = 64;

/// What the header says of one array of the file.
struct ContainerField {
  std::string name;
  FieldRole role = FieldRole::Values;
  ElementType type = ElementType::I64;
  int64_t count = 0;
  uint32_t crc = 0;
  /// Into the content.
  const std::byte *data = nullptr;

  size_t bytes() const { return static_cast<size_t>(count) * byteSize(type); }
};

/// What a container says, before the data is looked at.
struct ContainerView {
  std::string format;
  int64_t rows = 0, cols = 0, nnz = 0;
  std::vector<std::pair<std::string, int64_t>> parameters;
  std::vector<ContainerField> fields;
  ContainerField explicitZeros;
};

/// True for what begins as containers do.
bool isContainer(std::string_view content);

/// The file of a packed matrix: docs/Formats/Container.md. Fails when
/// parameters and format do not agree.
Expected<std::string> formatContainer(const PackedMatrix &packed,
                                      const Format &format);

/// Writes it; compressed when the name ends in ".gz" or ".zst".
Status writeContainer(const std::string &path, const PackedMatrix &packed,
                      const Format &format);

/// What the header says, checked against the size of `content`: all arrays lie
/// within. Errors: "<path>: byte <offset>: message".
Expected<ContainerView> viewContainer(std::string_view content,
                                      std::string_view path);

/// Compares the arrays with their checksums.
Status verifyContainer(const ContainerView &view, std::string_view content,
                       std::string_view path);

/// The packed matrix in `content`, after verifyContainer. Of the format's
/// invariants nothing is checked: that is Format::check. `extra` is a format to
/// know beside allFormats().
Expected<PackedMatrix> parsePacked(std::string_view content,
                                   std::string_view path,
                                   const Format *extra = nullptr);

/// The same for a file, compressed or not; "-" is standard input.
Expected<PackedMatrix> readPacked(const std::string &path,
                                  const Format *extra = nullptr);

/// The entries of the matrix in `content`.
Expected<MatrixFile> parseContainer(std::string_view content,
                                    std::string_view path);

/// A container in memory that the system maps: only what is touched is read.
class MappedContainer {
public:
  /// Requires a plain file; errors as those of viewContainer.
  static Expected<MappedContainer> open(const std::string &path);

  /// The arrays lie at multiples of containerAlignment.
  const ContainerView &view() const { return header; }

  /// Reads everything and compares it with the checksums.
  Status verify() const;

private:
  struct Unmap {
    size_t size;
    void operator()(const char *data) const;
  };

  std::unique_ptr<const char, Unmap> data;
  std::string path;
  ContainerView header;
};

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_CONTAINER_H
