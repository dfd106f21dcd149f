//===- SharedDataTest.cpp - Real matrices and foreign test files
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads every matrix of the shared data set and compares it with the
// manifest, and the test files of other projects' readers with what scipy made
// of them. Skipped where the data is not at hand.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Formats/MatrixFile.h"
#include "SparseGPU/Support/FileIO.h"
#include "SparseGPU/Support/Strings.h"
#include "TestUtils.h"

#include <algorithm>
#include <gtest/gtest.h>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

TEST(SharedData, AllMatricesMatchTheManifest) {
  std::string dir = dataDir();
  if (dir.empty())
    GTEST_SKIP() << "no shared data; set SPARSEGPU_DATA to its folder";
  Expected<std::string> manifest = readFile(dir + "/manifest.json");
  ASSERT_TRUE(manifest.ok()) << manifest.message();
  int read = 0, refused = 0;
  for (std::string_view object : split(*manifest, '{')) {
    std::string file = jsonValue(object, "setfile");
    if (file.empty())
      continue;
    SCOPED_TRACE(file);
    std::string path = dir + "/" + file.substr(file.find('/') + 1);
    Expected<MatrixFile> loaded = readMatrix(path);
    if (jsonValue(object, "field") == "complex") {
      EXPECT_EQ(loaded.message(), path + ":1:34: the values are complex; ask "
                                         "for their real parts or magnitudes");
      ++refused;
      ReadOptions options;
      options.complexValues = ComplexValues::Magnitude;
      loaded = readMatrix(path, options);
    }
    ASSERT_TRUE(loaded.ok()) << loaded.message();
    auto number = [&](const char *key) {
      return parseInteger(jsonValue(object, key)).value_or(-1);
    };
    EXPECT_EQ(loaded->matrix.rows, number("rows"));
    EXPECT_EQ(loaded->matrix.cols, number("cols"));
    EXPECT_EQ(loaded->storedEntries, number("stored"));
    // "smtx pattern" for .smtx files.
    EXPECT_TRUE(endsWith(jsonValue(object, "field"), name(loaded->field)));
    EXPECT_TRUE(
        startsWith(jsonValue(object, "symmetry"), name(loaded->symmetry)));

    PackOptions options;
    options.positionWidth = 32;
    options.coordinateWidth = 32;
    options.valueType = ElementType::F64;
    Expected<PackedMatrix> packed = packCsr(loaded->matrix, options);
    ASSERT_TRUE(packed.ok()) << packed.message();
    EXPECT_EQ(packed->nnz, number("nnz"));
    EXPECT_EQ(checkCsr(*viewCsr(*packed)).message(), "");
    const auto *positions =
        reinterpret_cast<const uint32_t *>(packed->fields[0].bytes.data());
    int64_t empty = 0, longest = 0;
    for (int64_t r = 0; r < packed->rows; ++r) {
      int64_t length = positions[r + 1] - positions[r];
      empty += length == 0;
      longest = std::max(longest, length);
    }
    EXPECT_EQ(empty, number("empty"));
    EXPECT_EQ(longest, number("max"));
    ++read;
  }
  EXPECT_EQ(read, 39);
  EXPECT_EQ(refused, 1);
}

TEST(SharedData, ATruncatedCopyIsRefused) {
  std::string dir = dataDir();
  if (dir.empty())
    GTEST_SKIP() << "no shared data; set SPARSEGPU_DATA to its folder";
  std::ifstream stream(dir + "/cora.mtx.gz", std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(stream)),
                    std::istreambuf_iterator<char>());
  ASSERT_GT(bytes.size(), 1000u);
  TempDir temp;
  for (size_t size : {size_t(10), size_t(100), bytes.size() / 2,
                      bytes.size() - 9, bytes.size() - 1}) {
    std::string path = temp.write("cora.mtx.gz", bytes.substr(0, size));
    std::string message = readMatrix(path).message();
    EXPECT_TRUE(endsWith(message, "the compressed data is truncated"))
        << size << " " << message;
  }
}

//===----------------------------------------------------------------------===//
// Test files of other readers
//===----------------------------------------------------------------------===//

/// The regular files of a tar archive (POSIX.1-1988 ustar).
static std::map<std::string, std::string> untar(std::string_view archive) {
  std::map<std::string, std::string> files;
  while (archive.size() >= 512 && archive[0] != '\0') {
    std::string name(archive.data(), strnlen(archive.data(), 100));
    size_t size = std::stoul(std::string(archive.substr(124, 11)), nullptr, 8);
    if (archive[156] == '0' || archive[156] == '\0')
      files[name] = std::string(archive.substr(512, size));
    archive.remove_prefix(
        std::min(archive.size(), 512 + (size + 511) / 512 * 512));
  }
  return files;
}

/// Files that scipy reads, or does not, unlike what is right here.
static const std::map<std::string, std::string> refusedFiles = {
    {"fast_matrix_market/overflow/overflow_dim_gt_int64.mtx",
     ":2:1: the number of rows does not fit 64 bits: '19223372036854775808'"},
    {"fast_matrix_market/overflow/overflow_index_gt_int64.mtx",
     ":6:1: the row does not fit 64 bits: '19223372036854775808'"},
    {"fast_matrix_market/overflow/overflow_value_gt_int64.mtx",
     ":6:5: the value does not fit 64 bits: '19223372036854775808'"},
    {"fast_matrix_market/overflow/overflow_value_gt_float64.mtx",
     ":4:5: the value is too large for a double: '1E310'"},
    {"fast_matrix_market/overflow/overflow_value_gt_float128.mtx",
     ":4:5: the value is too large for a double: '1E9999'"},
    {"fast_matrix_market/python/long_double/longdouble_coordinate.mtx",
     ":4:5: the value is too large for a double: '1E310'"},
    {"fast_matrix_market/overflow/overflow_value_gt_complex128.mtx",
     ":4:7: the value is too large for a double: '1E9999'"},
    {"fast_matrix_market/python/long_double/longcomplex_array.mtx",
     ":4:1: the value is too large for a double: '1E310'"},
    {"fast_matrix_market/python/long_double/longcomplex_coordinate.mtx",
     ":4:5: the value is too large for a double: '1E310'"},
    {"fast_matrix_market/python/long_double/longdouble_array.mtx",
     ":4:1: the value is too large for a double: '1E310'"},
    // No banner at all.
    {"lagraph/full_noheader.mtx", ":1:1: expected the banner"},
    {"lagraph/west0067_noheader.mtx", ":1:1: expected the banner"},
    // Infinity in an integer matrix.
    {"lagraph/matrix_fp32.mtx",
     ":7:5: the value of an integer matrix is not an integer: '-inf'"},
    {"lagraph/matrix_fp64.mtx",
     ":7:5: the value of an integer matrix is not an integer: '-inf'"},
    // Tensors of order 2 with what is wrong in their names, and of others.
    {"mlir/coordinate_above_dimension.tns",
     ":4:1: the row 5 is outside of 1 to 4"},
    {"mlir/coordinate_negative.tns",
     ":4:1: the row is -1, but .tns counts from 1"},
    {"mlir/coordinate_overflow.tns",
     ":4:1: the row does not fit 64 bits: '18446744073709551616'"},
    {"mlir/coordinate_zero.tns", ":4:1: the row is 0, but .tns counts from 1"},
    {"mlir/rank_511.tns", ":2:1: the tensor has order 511"},
    {"comet/test_rank3.tns", ":1:1: the tensor has order 3"},
    {"comet/test_rank8.tns", ":1:1: the tensor has order 7"},
    {"taco/3tensor.tns", ":1:1: the tensor has order 3"},
    // Not taken at all.
    {"taco/rua_32.rb", ": is no Matrix Market file"},
    {"fast_matrix_market/python/matrix_coordinate_real_general.mtx.bz2",
     ": byte 0: is compressed with bzip2"},
};

/// What the banner says that is not a matrix, or "".
static std::string unsupported(std::string_view text) {
  std::string banner = lower(text.substr(0, text.find_first_of("\r\n")));
  if (!startsWith(banner, "%%matrixmarket"))
    return "";
  for (const char *word : {"tensor", "vector"})
    if (banner.find(word) != std::string::npos)
      return word;
  return "";
}

TEST(ReaderFiles, AreReadOrRefusedAsTheyShould) {
  std::string dir = dataDir();
  if (dir.empty())
    GTEST_SKIP() << "no shared data; set SPARSEGPU_DATA to its folder";
  Expected<std::string> archive = readFile(dir + "/readers.tar.gz");
  ASSERT_TRUE(archive.ok()) << archive.message();
  std::map<std::string, std::string> files = untar(*archive);
  std::string index = files["readers/INDEX.md"];
  ASSERT_FALSE(index.empty());
  TempDir temp;

  int read = 0, compared = 0, refused = 0, refusedKind = 0, arrays = 0,
      complexFiles = 0;
  for (const auto &[fullName, content] : files) {
    std::string file = fullName.substr(fullName.find('/') + 1);
    if (file == "INDEX.md")
      continue;
    SCOPED_TRACE(file);
    std::string path = temp.write(file, content);
    bool isComplex =
        lower(content.substr(0, 60)).find(" complex") != std::string::npos;
    if (isComplex && unsupported(content).empty()) {
      EXPECT_NE(readMatrix(path).message().find("the values are complex"),
                std::string::npos);
      ++complexFiles;
    }
    ReadOptions options;
    options.complexValues = ComplexValues::Magnitude;
    Expected<MatrixFile> loaded = readMatrix(path, options);
    if (auto expected = refusedFiles.find(file);
        expected != refusedFiles.end()) {
      EXPECT_TRUE(startsWith(loaded.message(), path + expected->second))
          << loaded.message();
      ++refused;
      continue;
    }
    if (std::string word = unsupported(content); !word.empty()) {
      EXPECT_TRUE(startsWith(loaded.message(), path + ":1:16: ") &&
                  loaded.message().find("'" + word + "' is not supported") !=
                      std::string::npos)
          << loaded.message();
      ++refusedKind;
      continue;
    }
    EXPECT_TRUE(loaded.ok()) << loaded.message();
    if (!loaded)
      continue;
    ++read;
    arrays += loaded->dense;
    if (file == "mlir/coordinate_narrow.tns")
      EXPECT_EQ(meaning(loaded->matrix), (Meaning{{{299, 0}, 1.0}}));
    // | file | source | commit | path | bytes | ok (rows, cols) entries type |
    size_t row = index.find("| " + file + " |");
    if (row == std::string::npos)
      continue;
    std::string line = index.substr(row, index.find('\n', row) - row);
    size_t ok = line.find("| ok (");
    if (ok == std::string::npos)
      continue;
    long long rows = 0, cols = 0, entries = 0;
    int numbers = std::sscanf(line.c_str() + ok, "| ok (%lld, %lld) %lld",
                              &rows, &cols, &entries);
    EXPECT_EQ(loaded->matrix.rows, rows);
    EXPECT_EQ(loaded->matrix.cols, cols);
    EXPECT_EQ(loaded->dense, line.find(" dense ") != std::string::npos);
    ASSERT_EQ(numbers, loaded->dense ? 2 : 3) << line;
    if (!loaded->dense)
      EXPECT_EQ(loaded->matrix.entries(), entries);
    EXPECT_TRUE(packCsr(loaded->matrix).ok());
    ++compared;
  }
  EXPECT_EQ(refused, static_cast<int>(refusedFiles.size()));
  EXPECT_GE(arrays, 10);
  EXPECT_GE(complexFiles, 10);
  // So that a change of the archive's layout does not pass unnoticed.
  EXPECT_GE(read, 90);
  EXPECT_GE(compared, 80);
  EXPECT_GE(refusedKind, 5);
}
