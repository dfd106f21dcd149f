//===- FrosttTest.cpp - Coordinate tensors of order 2
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/FrosttReader.h"
#include "SparseGPU/Formats/MatrixFileWriter.h"
#include "SparseGPU/Support/FileIO.h"
#include "SparseGPU/Support/Strings.h"
#include "TestUtils.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

TEST(Frostt, PlainFiles) {
  Expected<MatrixFile> file = parseMatrix(
      "# comment\n\n3 1 0.5\r\n  1\t4 -2e3\n# another\n3 1 1\r1 1 +inf",
      "a.tns");
  ASSERT_TRUE(file.ok()) << file.message();
  EXPECT_EQ(file->kind, FileKind::Frostt);
  EXPECT_EQ(file->field, FileField::Real);
  EXPECT_EQ(file->storedEntries, 4);
  EXPECT_EQ(file->matrix.rows, 3);
  EXPECT_EQ(file->matrix.cols, 4);
  // In their order, with duplicates.
  EXPECT_EQ(file->matrix.row, (std::vector<int64_t>{2, 0, 2, 0}));
  EXPECT_EQ(file->matrix.col, (std::vector<int64_t>{0, 3, 0, 0}));
  EXPECT_EQ(file->matrix.value,
            (std::vector<double>{0.5, -2e3, 1,
                                 std::numeric_limits<double>::infinity()}));
}

TEST(Frostt, ExtendedFiles) {
  std::string text = "# extended FROSTT format\n2 2\n5 7\n1 2 3\n4 4 0\n";
  for (const char *path : {"a.tns", "a", "a.txt"}) {
    Expected<MatrixFile> file = parseMatrix(text, path);
    ASSERT_TRUE(file.ok()) << file.message();
    EXPECT_EQ(file->kind, FileKind::Frostt);
    EXPECT_EQ(file->matrix.rows, 5);
    EXPECT_EQ(file->matrix.cols, 7);
    EXPECT_EQ(file->matrix.value, (std::vector<double>{3, 0}));
  }
  Expected<MatrixFile> empty = parseMatrix("2 0\n0 1000000000000\n", "a.tns");
  ASSERT_TRUE(empty.ok()) << empty.message();
  EXPECT_EQ(empty->matrix.cols, 1000000000000);
  EXPECT_EQ(empty->matrix.entries(), 0);
}

/// Nothing but its name tells a plain file from an edge list.
TEST(Frostt, TheKindMayBeGiven) {
  std::string text = "1 2 0.5\n";
  EXPECT_EQ(parseMatrix(text, "a")->kind, FileKind::EdgeList);
  ReadOptions options;
  options.kind = FileKind::Frostt;
  Expected<MatrixFile> file = parseMatrix(text, "a", options);
  ASSERT_TRUE(file.ok()) << file.message();
  EXPECT_EQ(file->matrix.row, (std::vector<int64_t>{0}));
  options.kind = FileKind::MatrixMarket;
  EXPECT_TRUE(startsWith(parseMatrix(text, "a.tns", options).message(),
                         "a.tns:1:1: expected the banner"));
}

TEST(Frostt, Malformed) {
  struct Case {
    const char *text, *message;
  };
  const Case cases[] = {
      {"", "1:1: the file has no entries, and so no shape"},
      {"# only this\n", "2:1: the file has no entries, and so no shape"},
      {"1 2 3 4\n", "1:1: the tensor has order 3; only tensors of order 2, "
                    "matrices, are read"},
      {"# c\n 1 1 1 1 1 2.5", "2:2: the tensor has order 5; only tensors of "
                              "order 2, matrices, are read"},
      {"3 1\n2 2 2\n", "1:1: the tensor has order 3; only tensors of order 2, "
                       "matrices, are read"},
      {"511 0\n", "1:1: the tensor has order 511; only tensors of order 2, "
                  "matrices, are read"},
      {"7\n", "1:2: the line ends before the column"},
      {"x 1\n", "1:1: the order is not an integer: 'x'"},
      {"2 -1\n2 2\n", "1:3: the number of entries is negative: -1"},
      {"2 99999999999999999999\n",
       "1:3: the number of entries does not fit 64 bits: "
       "'99999999999999999999'"},
      {"2 1\n", "2:1: the file ends before the sizes, 'rows columns'"},
      {"2 1\n4\n", "2:2: the line ends before the number of columns"},
      {"2 1\n4 -4\n", "2:3: the number of columns is negative: -4"},
      {"2 1\n4 4 4\n", "2:5: unexpected '4' after the sizes"},
      {"2 1\n4 4\n", "3:1: the file ends after 0 of 1 entries"},
      {"2 1000000000000000000\n4 4\n1 1 1\n",
       "4:1: the file ends after 1 of 1000000000000000000 entries"},
      {"2 1\n4 4\n1 1 1\n2 2 2\n",
       "4:1: unexpected '2' after the 1 entries that the header announces"},
      {"2 1\n4 4\n5 1 1.0\n", "3:1: the row 5 is outside of 1 to 4"},
      {"2 1\n4 4\n1 5 1.0\n", "3:3: the column 5 is outside of 1 to 4"},
      {"2 1\n0 4\n1 1 1.0\n", "3:1: the row 1 is outside of 1 to 0"},
      {"0 1 1.0\n", "1:1: the row is 0, but .tns counts from 1"},
      {"1 -1 1.0\n", "1:3: the column is -1, but .tns counts from 1"},
      {"18446744073709551616 1 1.0\n",
       "1:1: the row does not fit 64 bits: '18446744073709551616'"},
      {"1 1.5 1.0\n", "1:3: the column is not an integer: '1.5'"},
      {"1 1 x\n", "1:5: the value is not a number: 'x'"},
      {"1 1 1e400\n", "1:5: the value is too large for a double: '1e400'"},
      {"1 1 1\n1 2\n", "2:4: the entry ends before its value"},
      {"1 1 1\n1 2 3 4\n", "2:7: unexpected '4' after the entry"},
  };
  for (const Case &bad : cases)
    EXPECT_EQ(parseMatrix(bad.text, "t.tns").message(),
              concat("t.tns:", bad.message))
        << bad.text;
}

TEST(Frostt, RoundTrips) {
  TempDir dir;
  std::vector<std::string> names = {"a.tns", "a.tns.gz", "A.TNS"};
#ifdef SPARSEGPU_HAS_ZSTD
  names.push_back("a.tns.zst");
#endif
  for (uint64_t seed = 0; seed < 40; ++seed) {
    // More rows and columns than have entries, and duplicates.
    CooMatrix coo =
        randomCoo(1 + seed % 23, 1 + seed * 7 % 31, seed % 60, seed);
    if (seed % 60) {
      coo.value[0] = 1.0 / 3;
      coo.value.back() = -0.0;
    }
    std::string path = dir.path(names[seed % names.size()]);
    ASSERT_EQ(kindOfName(path), FileKind::Frostt);
    ASSERT_TRUE(writeMatrix(path, coo, FileKind::Frostt).ok());
    Expected<MatrixFile> back = readMatrix(path);
    ASSERT_TRUE(back.ok()) << back.message();
    EXPECT_EQ(back->matrix.rows, coo.rows);
    EXPECT_EQ(back->matrix.cols, coo.cols);
    EXPECT_EQ(back->matrix.row, coo.row);
    EXPECT_EQ(back->matrix.col, coo.col);
    EXPECT_EQ(back->matrix.value, coo.value);
    if (seed % 60)
      EXPECT_TRUE(std::signbit(back->matrix.value.back()));
  }
}

/// What is no text of a matrix, but often meant to be one.
TEST(MatrixFiles, WhatIsNotTaken) {
  auto message = [](std::string_view content) {
    return parseMatrix(content, "t.mtx").message();
  };
  EXPECT_EQ(message("BZh91AY&SY"), "t.mtx: byte 0: is compressed with bzip2, "
                                   "which is not supported; unpack it first");
  EXPECT_EQ(message(std::string("\xfd"
                                "7zXZ\0\0",
                                7)),
            "t.mtx: byte 0: is compressed with xz, which is not supported; "
            "unpack it first");
  EXPECT_EQ(message("\xef\xbb\xbf%%MatrixMarket matrix"),
            "t.mtx:1:1: the text begins with the byte order mark of UTF-8, "
            "which does not belong in it");
}
