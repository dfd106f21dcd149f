//===- Zip.h - zip archives
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to lib/Formats.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_FORMATS_ZIP_H
#define SPARSEGPU_LIB_FORMATS_ZIP_H

#include "SparseGPU/Support/Expected.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sparsegpu::formats {

/// True for what begins as zip archives do.
bool isZip(std::string_view content);

/// A file in an archive.
struct ZipMember {
  std::string name;
  unsigned method = 0;
  uint32_t crc = 0;
  uint64_t packedSize = 0, size = 0;
  /// Where its local header begins.
  uint64_t offset = 0;
};

/// The members that the archive's directory lists; zip64 included (APPNOTE.TXT
/// 6.3.9). Errors: "<path>: byte <offset>: message".
Expected<std::vector<ZipMember>> listZip(std::string_view content,
                                         std::string_view path);

/// The content of a member, stored or deflated, after a comparison with its
/// checksum: a part of the archive, or of `inflated`, which is written then.
Expected<std::string_view> readZipMember(std::string_view content,
                                         const ZipMember &member,
                                         std::string_view path,
                                         std::string &inflated);

/// Builds an archive of stored members; zip64 where sizes need it.
class ZipWriter {
public:
  void add(std::string_view name, std::string_view content);
  /// The archive.
  std::string finish();

private:
  std::vector<ZipMember> members;
  std::string archive;
};

} // namespace sparsegpu::formats

#endif // SPARSEGPU_LIB_FORMATS_ZIP_H
