//===- FileBuilders.h - Binary files for tests
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_FORMATS_FILEBUILDERS_H
#define SPARSEGPU_UNITTESTS_FORMATS_FILEBUILDERS_H

#include "Zip.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace sparsegpu::test {

/// The bytes of numbers, little or big endian.
template <typename T>
std::string bytes(const std::vector<T> &values, bool bigEndian = false) {
  std::string result;
  for (T value : values) {
    char raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof(T));
    if (bigEndian)
      std::reverse(raw, raw + sizeof(T));
    result.append(raw, sizeof(T));
  }
  return result;
}

/// An .npy file with that header text and data.
inline std::string npyWithHeader(const std::string &header,
                                 const std::string &data, int version = 1) {
  std::string result("\x93NUMPY", 6);
  result += static_cast<char>(version);
  result += '\0';
  result += static_cast<char>(header.size() & 0xff);
  result += static_cast<char>(header.size() >> 8);
  if (version > 1)
    result += std::string(2, '\0');
  return result + header + data;
}

inline std::string npy(const std::string &type, const std::string &shape,
                       const std::string &data, bool fortran = false) {
  return npyWithHeader("{'descr': '" + type + "', 'fortran_order': " +
                           (fortran ? "True" : "False") +
                           ", 'shape': " + shape + ", }   \n",
                       data);
}

inline std::string npyIndices(const std::vector<int32_t> &values) {
  return npy("<i4", "(" + std::to_string(values.size()) + ",)", bytes(values));
}

inline std::string npyDoubles(const std::vector<double> &values) {
  return npy("<f8", "(" + std::to_string(values.size()) + ",)", bytes(values));
}

/// An archive of stored members.
inline std::string npz(const std::map<std::string, std::string> &members) {
  formats::ZipWriter writer;
  for (const auto &[name, content] : members)
    writer.add(name + ".npy", content);
  return writer.finish();
}

inline std::string safetensors(const std::string &header,
                               const std::string &data) {
  return bytes<uint64_t>({header.size()}) + header + data;
}

} // namespace sparsegpu::test

#endif // SPARSEGPU_UNITTESTS_FORMATS_FILEBUILDERS_H
