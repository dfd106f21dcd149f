//===- SmtxTest.cpp - Reading .smtx, choosing a reader
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/MatrixFile.h"
#include "SparseGPU/Formats/SmtxReader.h"
#include "SparseGPU/Support/Strings.h"
#include "TestUtils.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

static const std::string good = "3, 4, 5\n0 2 2 5 \n1 3 0 2 1\n";

TEST(Smtx, ReadsAPattern) {
  for (const std::string &text :
       {good, std::string("3,4,5\r\n0 2 2 5\r\n1 3 0 2 1\r\n\r\n"),
        std::string(" 3 , 4 , 5 \n 0\t2 2 5\n1 3 0 2 1")}) {
    Expected<MatrixFile> file = parseSmtx(text, "t.smtx");
    ASSERT_TRUE(file.ok()) << file.message();
    EXPECT_EQ(file->kind, FileKind::Smtx);
    EXPECT_EQ(file->field, FileField::Pattern);
    EXPECT_EQ(file->storedEntries, 5);
    EXPECT_EQ(file->matrix.rows, 3);
    EXPECT_EQ(file->matrix.cols, 4);
    EXPECT_EQ(file->matrix.row, (std::vector<int64_t>{0, 0, 2, 2, 2}));
    EXPECT_EQ(file->matrix.col, (std::vector<int64_t>{1, 3, 0, 2, 1}));
    EXPECT_EQ(file->matrix.value, std::vector<double>(5, 1.0));
  }
}

TEST(Smtx, EmptyMatrices) {
  EXPECT_EQ(parseSmtx("2, 3, 0\n0 0 0\n\n", "t")->matrix.rows, 2);
  EXPECT_EQ(parseSmtx("2, 3, 0\n0 0 0", "t")->matrix.entries(), 0);
  EXPECT_EQ(parseSmtx("0, 3, 0\n0\n", "t")->matrix.cols, 3);
}

TEST(Smtx, RandomValues) {
  ReadOptions options;
  options.patternValues = PatternValues::Random;
  options.seed = 11;
  std::vector<double> values = parseSmtx(good, "t", options)->matrix.value;
  EXPECT_EQ(values, parseSmtx(good, "t", options)->matrix.value);
  EXPECT_NE(values[0], values[1]);
  for (double value : values)
    EXPECT_LE(std::abs(value), 1);
}

namespace {
struct Malformed {
  const char *name;
  std::string text;
  /// Everything after "t.smtx:".
  std::string message;
};

std::ostream &operator<<(std::ostream &stream, const Malformed &m) {
  return stream << m.name;
}
} // namespace

static const Malformed malformed[] = {
    {"empty_file", "", "1:1: the file is empty"},
    {"no_commas", "3 4 5\n0 2 2 5\n1 3 0 2 1\n",
     "1:3: expected a comma after the number of rows: the first line is 'rows, "
     "cols, nnz'"},
    {"header_short", "3, 4\n0 2 2 5\n",
     "1:5: expected a comma after the number of columns: the first line is "
     "'rows, cols, nnz'"},
    {"header_ends", "3, 4,\n0 2 2 5\n",
     "1:6: the line ends before the number of nonzeros"},
    {"header_long", "3, 4, 5, 6\n", "1:8: unexpected ',' after the first line"},
    {"header_word", "3, four, 5\n",
     "1:4: the number of columns is not an integer: 'four'"},
    {"header_negative", "3, -4, 5\n",
     "1:4: the number of columns is negative: -4"},
    {"header_overflow", "99999999999999999999, 4, 5\n",
     "1:1: the number of rows does not fit 64 bits: '99999999999999999999'"},
    {"no_offsets", "3, 4, 5", "1:8: the file ends before the row offsets"},
    {"rows_beyond_file", "4000000000000, 4, 5\n0 2 5\n1\n",
     "2:1: the file is too short for 4000000000000 + 1 row offsets"},
    {"offsets_short", "3, 4, 5\n0 2 5\n1 3 0 2 1\n",
     "2:6: the line ends before the row offset"},
    {"offsets_long", "3, 4, 5\n0 2 2 5 5\n1 3 0 2 1\n",
     "2:9: unexpected '5' after the 3 + 1 row offsets"},
    {"offset_word", "3, 4, 5\n0 2 x 5\n1 3 0 2 1\n",
     "2:5: the row offset is not an integer: 'x'"},
    {"offset_not_from_zero", "3, 4, 5\n1 2 2 5\n1 3 0 2 1\n",
     "2:1: the first row offset is 1, expected 0"},
    {"offsets_decrease", "3, 4, 5\n0 3 2 5\n1 3 0 2 1\n",
     "2:5: the row offset 2 at position 2 is below its predecessor 3"},
    {"offset_negative", "3, 4, 5\n0 -2 2 5\n1 3 0 2 1\n",
     "2:3: the row offset is negative: -2"},
    {"offsets_end", "3, 4, 5\n0 2 2 4\n1 3 0 2 1\n",
     "2:7: the last row offset is 4, but the first line announces 5 nonzeros"},
    {"columns_missing", "3, 4, 500\n0 2 2 500\n1\n",
     "3:1: the file is too short for 500 column indices"},
    {"columns_short", "3, 4, 5\n0 2 2 5\n1 3 0 2        \n",
     "3:16: the line ends after 4 of 5 column indices"},
    {"columns_long", "3, 4, 5\n0 2 2 5\n1 3 0 2 1 1\n",
     "3:11: unexpected '1' after the 5 column indices"},
    {"column_word", "3, 4, 5\n0 2 2 5\n1 3 0 2 1.0\n",
     "3:9: column index 4 is not an integer: '1.0'"},
    {"column_too_large", "3, 4, 5\n0 2 2 5\n1 4 0 2 1\n",
     "3:3: column index 1 is 4, outside of 0 to 3"},
    {"column_negative", "3, 4, 5\n0 2 2 5\n1 -1 0 2 1\n",
     "3:3: column index 1 is -1, outside of 0 to 3"},
    {"another_line", "3, 4, 5\n0 2 2 5\n1 3 0 2 1\n\n7\n",
     "5:1: unexpected '7' after the 5 column indices"},
};

class MalformedSmtx : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedSmtx, IsRefusedWithItsPlace) {
  Expected<MatrixFile> file = parseSmtx(GetParam().text, "t.smtx");
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.message(), "t.smtx:" + GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(All, MalformedSmtx, testing::ValuesIn(malformed),
                         [](const auto &info) {
                           return std::string(info.param.name);
                         });

TEST(ReadMatrix, PicksTheReader) {
  std::string market = "%%MatrixMarket matrix coordinate pattern general\n"
                       "2 2 1\n1 1\n";
  // The content decides, whatever the name says.
  for (const char *path : {"a.mtx", "a.smtx", "a"}) {
    EXPECT_EQ(parseMatrix(market, path)->kind, FileKind::MatrixMarket);
    if (std::string(path) != "a.mtx")
      EXPECT_EQ(parseMatrix(good, path)->kind, FileKind::Smtx);
  }
  EXPECT_EQ(parseMatrix(good, "a.mtx")->kind, FileKind::Smtx);
  // The name decides which message a file without recognisable content gets.
  EXPECT_NE(parseMatrix("junk", "a.MTX.gz").message().find("the banner"),
            std::string::npos);
  EXPECT_EQ(parseMatrix("junk", "a.smtx.gz").message(),
            "a.smtx.gz:1:1: the number of rows is not an integer: 'junk'");
  EXPECT_EQ(parseMatrix("junk", "a.bin").message(),
            "a.bin: is no Matrix Market file (which begins with "
            "'%%MatrixMarket'), nor .smtx ('rows, cols, nnz'), .npz, .npy, "
            "safetensors, an edge list, .tns or a container");
  EXPECT_EQ(parseMatrix("", "a").message(), "a:1:1: the file is empty");
}

TEST(ReadMatrix, ReadsFiles) {
  TempDir dir;
  std::string path = dir.write("a.smtx.gz", gzip(good));
  EXPECT_EQ(readMatrix(path)->matrix.entries(), 5);
  EXPECT_EQ(readSmtx(path)->matrix.entries(), 5);
  std::string missing = dir.path("missing.smtx");
  EXPECT_EQ(readMatrix(missing).message(),
            missing + ": cannot open: No such file or directory");
  EXPECT_EQ(readSmtx(dir.path("")).message(),
            dir.path("") + ": is a directory, expected a matrix file");
}

/// Files with a few bytes changed, dropped or repeated are read or refused, and
/// what is read is a matrix. Address sanitizer makes this test worth more.
TEST(ReadMatrix, DamagedFilesDoNoHarm) {
  const std::string texts[] = {
      good,
      "%%MatrixMarket matrix coordinate real symmetric\n% c\n4 4 3\n"
      "1 1 1.5\n3 1 -2e3\n4 2 nan\n",
      "%%MatrixMarket matrix coordinate integer general\r\n3 9 2\r\n"
      "1 1 -9223372036854775808\r\n3 9 18446744073709551615\r\n",
      "%%MatrixMarket matrix coordinate pattern general\n3 9 2\n1 1\n3 9\n",
  };
  const std::string bytes = "0123456789 -+.,\n\r\t%eEinfa\xff";
  CounterHash hash(2024);
  uint64_t counter = 0;
  auto below = [&](size_t bound) { return hash.below(counter++, bound); };
  int read = 0, refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text = texts[below(std::size(texts))];
    for (uint64_t edits = 1 + below(3); edits > 0; --edits) {
      size_t at = below(text.size());
      switch (below(4)) {
      case 0:
        text[at] = bytes[below(bytes.size())];
        break;
      case 1:
        text.erase(at, 1 + below(3));
        break;
      case 2:
        text.insert(at, text.substr(at, 1 + below(8)));
        break;
      case 3:
        text.resize(at + 1);
        break;
      }
      if (text.empty())
        text = "x";
    }
    // Exactly as large as the text: reading past its end is noticed.
    std::vector<char> exact(text.begin(), text.end());
    Expected<MatrixFile> file = parseMatrix({exact.data(), exact.size()}, "t");
    if (!file) {
      ++refused;
      ASSERT_TRUE(startsWith(file.message(), "t:")) << file.message();
      continue;
    }
    ++read;
    ASSERT_EQ(checkCoo(file->matrix).message(), "") << text;
  }
  EXPECT_GT(read, 500);
  EXPECT_GT(refused, 5000);
}
