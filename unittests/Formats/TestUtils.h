//===- TestUtils.h - Helpers of these tests
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_FORMATS_TESTUTILS_H
#define SPARSEGPU_UNITTESTS_FORMATS_TESTUTILS_H

#include "SparseGPU/Formats/Coo.h"
#include "SparseGPU/Support/CounterHash.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <zlib.h>

namespace sparsegpu::test {

/// A directory that vanishes with the object.
class TempDir {
public:
  TempDir() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "sparsegpu-XXXXXX").string();
    if (const char *made = mkdtemp(pattern.data()))
      root = made;
  }
  ~TempDir() {
    std::error_code ignored;
    if (!root.empty())
      std::filesystem::remove_all(root, ignored);
  }
  TempDir(const TempDir &) = delete;
  TempDir &operator=(const TempDir &) = delete;

  std::string path(std::string_view name) const {
    return (root / name).string();
  }

  /// Writes a file, with the folders it needs, and returns its path.
  std::string write(std::string_view name, std::string_view content) const {
    std::filesystem::path file = root / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file.string();
  }

private:
  std::filesystem::path root;
};

/// `text` as one gzip member.
inline std::string gzip(std::string_view text) {
  z_stream stream = {};
  deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef *>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// The folder of shared test matrices: $SPARSEGPU_DATA, or shared/data beside
/// the repository. Empty when it is not there.
inline std::string dataDir() {
  const char *fromEnvironment = std::getenv("SPARSEGPU_DATA");
  std::string dir =
      fromEnvironment ? fromEnvironment : SPARSEGPU_DEFAULT_DATA_DIR;
  return std::filesystem::exists(dir + "/manifest.json") ? dir : "";
}

/// The value of `key` in a flat JSON object, without quotes.
inline std::string jsonValue(std::string_view object, const std::string &key) {
  size_t at = object.find("\"" + key + "\":");
  if (at == std::string_view::npos)
    return "";
  at = object.find_first_not_of(" \n\t", at + key.size() + 3);
  if (object[at] == '"')
    return std::string(
        object.substr(at + 1, object.find('"', at + 1) - at - 1));
  return std::string(object.substr(at, object.find_first_of(",}\n", at) - at));
}

/// Entries by place, those at one place added up: what a matrix means.
using Meaning = std::map<std::pair<int64_t, int64_t>, double>;

inline Meaning meaning(const formats::CooMatrix &matrix) {
  Meaning result;
  for (size_t e = 0; e < matrix.row.size(); ++e)
    result[{matrix.row[e], matrix.col[e]}] += matrix.value[e];
  return result;
}

/// `entries` entries at random places, so with duplicates now and then.
/// Values are multiples of 1/8 in [-4, 4): exact in every floating-point type,
/// and so are sums of a few of them.
inline formats::CooMatrix randomCoo(int64_t rows, int64_t cols, int64_t entries,
                                    uint64_t seed) {
  CounterHash places(seed, 0), values(seed, 1);
  formats::CooMatrix coo;
  coo.rows = rows;
  coo.cols = cols;
  for (int64_t e = 0; e < entries; ++e)
    coo.add(
        static_cast<int64_t>(places.below(2 * e, rows)),
        static_cast<int64_t>(places.below(2 * e + 1, cols)),
        static_cast<double>(static_cast<int64_t>(values.below(e, 64)) - 32) /
            8);
  return coo;
}

} // namespace sparsegpu::test

#endif // SPARSEGPU_UNITTESTS_FORMATS_TESTUTILS_H
