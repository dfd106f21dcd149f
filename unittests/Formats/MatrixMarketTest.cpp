//===- MatrixMarketTest.cpp - Reading and writing .mtx
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/MatrixMarketReader.h"
#include "SparseGPU/Formats/MatrixMarketWriter.h"
#include "SparseGPU/Support/FileIO.h"
#include "SparseGPU/Support/Strings.h"
#include "TestUtils.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

static const std::string general = "%%MatrixMarket matrix coordinate real "
                                   "general\n";
static const std::string symmetric = "%%MatrixMarket matrix coordinate real "
                                     "symmetric\n";
static const std::string array = "%%MatrixMarket matrix array real general\n";
static const std::string skew = "%%MatrixMarket matrix coordinate real "
                                "skew-symmetric\n";
static const std::string integer = "%%MatrixMarket matrix coordinate integer "
                                   "general\n";
static const std::string pattern = "%%MatrixMarket matrix coordinate pattern "
                                   "general\n";

static MatrixFile parsed(const std::string &text) {
  Expected<MatrixFile> file = parseMatrixMarket(text, "t.mtx");
  EXPECT_TRUE(file.ok()) << file.message();
  return file ? *std::move(file) : MatrixFile();
}

//===----------------------------------------------------------------------===//
// What is read
//===----------------------------------------------------------------------===//

TEST(MatrixMarket, RealGeneral) {
  MatrixFile file = parsed(general + "% comment\n2 3 4\n1 1 1.5\n2 3 -2.5e1\n"
                                     "1 3 +.25\n2 3 1\n");
  EXPECT_EQ(file.kind, FileKind::MatrixMarket);
  EXPECT_EQ(file.field, FileField::Real);
  EXPECT_EQ(file.symmetry, FileSymmetry::General);
  EXPECT_EQ(file.storedEntries, 4);
  EXPECT_EQ(file.matrix.rows, 2);
  EXPECT_EQ(file.matrix.cols, 3);
  EXPECT_EQ(file.matrix.row, (std::vector<int64_t>{0, 1, 0, 1}));
  EXPECT_EQ(file.matrix.col, (std::vector<int64_t>{0, 2, 2, 2}));
  EXPECT_EQ(file.matrix.value, (std::vector<double>{1.5, -25, .25, 1}));
}

TEST(MatrixMarket, SymmetricFillsTheOtherTriangle) {
  Meaning expected = {
      {{0, 0}, 1}, {{1, 0}, 2}, {{0, 1}, 2}, {{2, 1}, 3}, {{1, 2}, 3}};
  MatrixFile lower = parsed(symmetric + "3 3 3\n1 1 1\n2 1 2\n3 2 3\n");
  EXPECT_EQ(lower.storedEntries, 3);
  EXPECT_EQ(lower.matrix.entries(), 5);
  EXPECT_EQ(meaning(lower.matrix), expected);
  MatrixFile upper = parsed(symmetric + "3 3 3\n1 1 1\n1 2 2\n2 3 3\n");
  EXPECT_EQ(meaning(upper.matrix), expected);
}

TEST(MatrixMarket, SkewSymmetricNegates) {
  MatrixFile file = parsed(skew + "3 3 2\n2 1 4\n3 2 -5\n");
  EXPECT_EQ(file.symmetry, FileSymmetry::SkewSymmetric);
  Meaning expected = {{{1, 0}, 4}, {{0, 1}, -4}, {{2, 1}, -5}, {{1, 2}, 5}};
  EXPECT_EQ(meaning(file.matrix), expected);
}

TEST(MatrixMarket, SkewSymmetricKeepsItsDiagonal) {
  MatrixFile file = parsed(skew + "3 3 2\n2 1 4\n2 2 6\n");
  Meaning expected = {{{1, 0}, 4}, {{0, 1}, -4}, {{1, 1}, 6}};
  EXPECT_EQ(meaning(file.matrix), expected);
}

TEST(MatrixMarket, BannersThatAreNotQuiteOnes) {
  for (const char *before : {"  %%", "\t%", "%"})
    EXPECT_EQ(parsed(std::string(before) +
                     "MatrixMarket matrix coordinate real general\n"
                     "  % comment\n  1 1 1\n  1 1 3\n")
                  .matrix.value,
              (std::vector<double>{3}));
}

TEST(MatrixMarket, IntegerValues) {
  MatrixFile file = parsed(integer + "1 5 5\n1 1 -7\n1 2 +8\n1 3 3.0\n"
                                     "1 4 9223372036854775807\n"
                                     "1 5 18446744073709551615\n");
  EXPECT_EQ(file.field, FileField::Integer);
  EXPECT_EQ(file.matrix.value, (std::vector<double>{-7, 8, 3, 0x1p63, 0x1p64}));
}

TEST(MatrixMarket, PatternValuesAreChosenByTheCaller) {
  std::string text = pattern + "9 9 3\n1 2\n5 5\n9 1\n";
  EXPECT_EQ(parsed(text).matrix.value, (std::vector<double>{1, 1, 1}));
  ReadOptions options;
  options.patternValues = PatternValues::Random;
  options.seed = 5;
  auto values = [&](const std::string &content) {
    return parseMatrixMarket(content, "t", options)->matrix.value;
  };
  std::vector<double> first = values(text);
  EXPECT_EQ(first, values(text));
  EXPECT_NE(first[0], first[1]);
  EXPECT_NE(first[1], first[2]);
  for (double value : first)
    EXPECT_LE(std::abs(value), 1);
  options.seed = 6;
  EXPECT_NE(first, values(text));
  std::string mirrored = "%%MatrixMarket matrix coordinate pattern symmetric\n"
                         "2 2 1\n2 1\n";
  EXPECT_EQ(values(mirrored)[0], values(mirrored)[1]);
  // Values that the file has are kept.
  EXPECT_EQ(values(general + "1 1 1\n1 1 4\n")[0], 4);
}

TEST(MatrixMarket, BannerWordsInAnyCase) {
  MatrixFile file = parsed("%%matrixmarket  MATRIX\tCoordinate   Double "
                           " Symmetric \n1 1 0\n");
  EXPECT_EQ(file.field, FileField::Real);
  EXPECT_EQ(file.symmetry, FileSymmetry::Symmetric);
}

TEST(MatrixMarket, CommentsAndBlankLinesAnywhere) {
  MatrixFile file = parsed(general + "%\n\n  % indented\n\t\n 2 2  2 \n% here\n"
                                     "\n  1\t1   1 \n\n%there\n2 2 2\n\n% end");
  EXPECT_EQ(file.matrix.value, (std::vector<double>{1, 2}));
}

TEST(MatrixMarket, LineEndings) {
  std::string text = general + "%c\n2 2 2\n1 1 1\n2 2 2\n";
  for (std::string ending : {"\r\n", "\r"}) {
    std::string other;
    for (char c : text)
      other += c == '\n' ? ending : std::string(1, c);
    EXPECT_EQ(parsed(other).matrix.value, (std::vector<double>{1, 2}));
    // And lines are counted alike.
    other.replace(other.rfind("2 2 2"), 3, "2 3");
    EXPECT_EQ(parseMatrixMarket(other, "t").message(),
              "t:5:3: the column 3 is outside of 1 to 2");
  }
  // The last line need not end.
  EXPECT_EQ(parsed(general + "1 1 1\n1 1 1").matrix.entries(), 1);
}

TEST(MatrixMarket, NotANumberAndInfinity) {
  MatrixFile file = parsed(general + "1 3 3\n1 1 nan\n1 2 -Inf\n1 3 1e-999\n");
  EXPECT_TRUE(std::isnan(file.matrix.value[0]));
  EXPECT_EQ(file.matrix.value[1], -std::numeric_limits<double>::infinity());
  EXPECT_EQ(file.matrix.value[2], 0);
}

TEST(MatrixMarket, EmptyMatrices) {
  EXPECT_EQ(parsed(general + "0 0 0\n").matrix.entries(), 0);
  EXPECT_EQ(parsed(general + "0 7 0").matrix.cols, 7);
  EXPECT_EQ(parsed(symmetric + "0 0 0").matrix.rows, 0);
}

TEST(MatrixMarket, DimensionsBeyond32Bits) {
  MatrixFile file = parsed(general + "1099511627776 1099511627776 1\n"
                                     "1099511627775 1099511627776 2\n");
  EXPECT_EQ(file.matrix.row[0], 1099511627774);
  EXPECT_EQ(file.matrix.col[0], 1099511627775);
}

//===----------------------------------------------------------------------===//
// What is refused
//===----------------------------------------------------------------------===//

namespace {
struct Malformed {
  const char *name;
  std::string text;
  /// Everything after "t.mtx:".
  std::string message;
};

std::ostream &operator<<(std::ostream &stream, const Malformed &m) {
  return stream << m.name;
}
} // namespace

static const std::string expectedBanner =
    "expected the banner '%%MatrixMarket matrix <format> <field> "
    "<symmetry>', found ";

static const Malformed malformed[] = {
    {"empty_file", "", "1:1: the file is empty"},
    {"no_banner", "3 3 1\n1 1 1\n", "1:1: " + expectedBanner + "'3'"},
    {"three_percents", "%%%MatrixMarket matrix coordinate real general\n",
     "1:1: " + expectedBanner + "'%%%MatrixMarket'"},
    {"banner_not_first", "\n" + general + "1 1 0\n",
     "1:1: " + expectedBanner + "''"},
    {"binary", std::string("\x7f\x45LF\x02\x00\x01", 7),
     "1:1: " + expectedBanner + "'\\x7fELF\\x02\\x00\\x01'"},
    {"banner_cut", "%%MatrixMarket matrix coordinate real\n",
     "1:38: the banner ends before the symmetry"},
    {"banner_alone", "%%MatrixMarket",
     "1:15: the banner ends before the object"},
    {"banner_long", "%%MatrixMarket matrix coordinate real general x\n",
     "1:47: unexpected 'x' after the banner"},
    {"vector", "%%MatrixMarket vector coordinate real general\n4 1\n1 1\n",
     "1:16: object 'vector' is not supported, expected 'matrix'"},
    {"array", "%%MatrixMarket matrix arrays real general\n1 1\n1\n",
     "1:23: format 'arrays' is not supported, expected 'coordinate' or "
     "'array'"},
    {"complex", "%%MatrixMarket matrix coordinate Complex general\n1 1 0\n",
     "1:34: the values are complex; ask for their real parts or magnitudes"},
    {"hermitian", "%%MatrixMarket matrix coordinate real hermitic\n1 1 0\n",
     "1:39: symmetry 'hermitic' is not supported, expected 'general', "
     "'symmetric', 'skew-symmetric' or 'hermitian'"},
    {"bad_field", "%%MatrixMarket matrix coordinate float general\n1 1 0\n",
     "1:34: field 'float' is not supported, expected 'real', 'double', "
     "'integer', 'pattern' or 'complex'"},
    {"skew_pattern",
     "%%MatrixMarket matrix coordinate pattern skew-symmetric\n1 1 0\n",
     "1:42: a pattern cannot be skew-symmetric: it has no values to negate"},
    {"no_size_line", general + "% only a comment\n",
     "3:1: the file ends before the size line 'rows columns entries'"},
    {"size_line_short", general + "3 3\n",
     "2:4: the size line ends before the number of entries, expected 'rows "
     "columns entries'"},
    {"size_line_long", general + "3 3 1 1\n1 1 1\n",
     "2:7: unexpected '1' after the size line"},
    {"size_not_a_number", general + "3 x3 1\n",
     "2:3: the number of columns is not an integer: 'x3'"},
    {"size_fraction", general + "3.5 3 1\n",
     "2:1: the number of rows is not an integer: '3.5'"},
    {"negative_rows", general + "-3 3 1\n1 1 1\n",
     "2:1: the number of rows is negative: -3"},
    {"negative_entries", general + "3 3 -1\n",
     "2:5: the number of entries is negative: -1"},
    {"size_overflow", general + "3 19223372036854775808 1\n1 1 1\n",
     "2:3: the number of columns does not fit 64 bits: '19223372036854775808'"},
    {"row_zero", general + "3 3 2\n1 1 1\n0 1 1\n",
     "4:1: the row is 0, but Matrix Market counts from 1"},
    {"column_zero", general + "3 3 1\n1 0 1\n",
     "3:3: the column is 0, but Matrix Market counts from 1"},
    {"row_negative", general + "3 3 1\n-2 1 1\n",
     "3:1: the row -2 is outside of 1 to 3"},
    {"row_too_large", general + "3 3 1\n4 1 1\n",
     "3:1: the row 4 is outside of 1 to 3"},
    {"column_too_large", general + "3 2 1\n3 3 1\n",
     "3:3: the column 3 is outside of 1 to 2"},
    {"index_overflow", general + "3 2 1\n19223372036854775808 1 1\n",
     "3:1: the row does not fit 64 bits: '19223372036854775808'"},
    {"index_fraction", general + "3 3 1\n1.0 1 1\n",
     "3:1: the row is not an integer: '1.0'"},
    {"index_word", general + "3 3 1\n1 one 1\n",
     "3:3: the column is not an integer: 'one'"},
    {"too_few", general + "3 3 3\n1 1 1\n2 2 2\n",
     "5:1: the file ends after 2 of 3 entries"},
    {"announced_beyond_memory", general + "3 3 4611686018427387904\n1 1 1",
     "3:6: the file ends after 1 of 4611686018427387904 entries"},
    {"too_many", general + "3 3 1\n1 1 1\n\n2 2 2\n",
     "5:1: unexpected '2' after the 1 entries that the size line announces"},
    {"no_value", general + "3 3 1\n1 1\n",
     "3:4: the entry ends before its value"},
    {"no_column", general + "3 3 1\n1\n",
     "3:2: the entry ends before its column"},
    {"value_not_a_number", general + "3 3 1\n1 1 abc\n",
     "3:5: the value is not a number: 'abc'"},
    {"value_with_junk", general + "3 3 1\n1 1 1.5x\n",
     "3:5: the value is not a number: '1.5x'"},
    {"value_with_comma", general + "3 3 1\n1 1 1,5\n",
     "3:5: the value is not a number: '1,5'"},
    {"value_too_large", general + "3 3 1\n1 1 1E310\n",
     "3:5: the value is too large for a double: '1E310'"},
    {"trailing_junk", general + "3 3 1\n1 1 1 % no comment here\n",
     "3:7: unexpected '%' after the entry"},
    {"value_in_a_pattern", pattern + "3 3 1\n1 1 1\n",
     "3:5: unexpected '1' after the entry"},
    {"real_in_integer", integer + "3 3 2\n1 1 1\n1 2 1.5\n",
     "4:5: the value of an integer matrix is not an integer: '1.5'"},
    {"nan_in_integer", integer + "3 3 1\n1 1 nan\n",
     "3:5: the value of an integer matrix is not an integer: 'nan'"},
    {"integer_overflow", integer + "3 3 1\n3 3 19223372036854775808\n",
     "3:5: the value does not fit 64 bits: '19223372036854775808'"},
    {"symmetric_not_square", symmetric + "3 4 1\n2 1 1\n",
     "2:6: a symmetric matrix must be square, found 3 x 4"},
    {"skew_not_square", skew + "4 3 1\n2 1 1\n",
     "2:6: a skew-symmetric matrix must be square, found 4 x 3"},
    {"both_triangles", symmetric + "3 3 3\n2 1 1\n2 2 1\n1 2 1\n",
     "5:1: the entry (1, 2) of a symmetric matrix lies above the diagonal, but "
     "the entry in line 3 on the other side; only one triangle is stored"},
    {"both_triangles_from_above", symmetric + "3 3 2\n1 3 1\n3 1 1\n",
     "4:1: the entry (3, 1) of a symmetric matrix lies below the diagonal, but "
     "the entry in line 3 on the other side; only one triangle is stored"},
    {"array_pattern", "%%MatrixMarket matrix array pattern general\n1 1\n",
     "1:29: an array cannot be a pattern: it has no places to tell"},
    {"array_size_long", array + "2 2 4\n1\n",
     "2:5: unexpected '4' after the "
     "size line"},
    {"array_too_short", array + "2 2\n1\n2\n3\n",
     "6:1: the file ends after 3 of 4 elements"},
    {"array_too_long", array + "1 2\n1\n2\n3\n",
     "5:1: unexpected '3' after the 2 elements of the array"},
    {"array_two_in_a_line", array + "1 2\n1 2\n",
     "3:3: unexpected '2' after the element"},
    {"array_beyond_64_bits", array + "4000000000000 4000000000000\n1\n",
     "2:1: the array has more elements than fit 64 bits"},
    {"array_beyond_the_file", array + "4000000000 2000000000\n1\n",
     "4:1: the file ends after 1 of 8000000000000000000 elements"},
    {"null_byte", general + std::string("3 3 1\n1 \0 1\n", 12),
     "3:3: the column is not an integer: '\\x00'"},
};

// Tests of arrays and complex numbers are in MatrixMarketFullTest.cpp.
class MalformedMatrixMarket : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedMatrixMarket, IsRefusedWithItsPlace) {
  Expected<MatrixFile> file = parseMatrixMarket(GetParam().text, "t.mtx");
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.message(), "t.mtx:" + GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(All, MalformedMatrixMarket,
                         testing::ValuesIn(malformed), [](const auto &info) {
                           return std::string(info.param.name);
                         });

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

TEST(MatrixMarket, ReadsFilesCompressedOrNot) {
  TempDir dir;
  std::string text = general + "2 2 1\n2 1 3\n";
  for (const std::string &path :
       {dir.write("a.mtx", text), dir.write("b.mtx.gz", gzip(text)),
        dir.write("misnamed.mtx", gzip(text))}) {
    Expected<MatrixFile> file = readMatrixMarket(path);
    ASSERT_TRUE(file.ok()) << file.message();
    EXPECT_EQ(file->matrix.value, (std::vector<double>{3}));
  }
}

TEST(MatrixMarket, ReportsUnreadableFiles) {
  TempDir dir;
  std::string missing = dir.path("missing.mtx");
  EXPECT_EQ(readMatrixMarket(missing).message(),
            missing + ": cannot open: No such file or directory");
  EXPECT_EQ(readMatrixMarket(dir.path("")).message(),
            dir.path("") + ": is a directory, expected a matrix file");
  std::string packed = gzip(general + "2 2 1\n2 1 3\n");
  std::string cut = dir.write("cut.mtx.gz", packed.substr(0, 30));
  std::string message = readMatrixMarket(cut).message();
  EXPECT_TRUE(startsWith(message, cut + ":1: ") &&
              endsWith(message, "the compressed data is truncated"))
      << message;
  std::string bad = dir.write("bad.mtx.gz", gzip(general + "2 2 1\n2 9 3\n"));
  EXPECT_EQ(readMatrixMarket(bad).message(),
            bad + ":3:3: the column 9 is outside of 1 to 2");
}

TEST(MatrixMarket, ReadsStandardInput) {
  TempDir dir;
  std::string path = dir.write("in", pattern + "2 2 2\n2 1\n1 0\n");
  FILE *old = stdin;
  stdin = fopen(path.c_str(), "rb");
  EXPECT_EQ(readMatrixMarket("-").message(),
            "<stdin>:4:3: the column is 0, but Matrix Market counts from 1");
  fclose(stdin);
  stdin = old;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

TEST(MatrixMarketWriter, RoundTrips) {
  TempDir dir;
  CooMatrix coo = randomCoo(23, 41, 200, 9);
  coo.value[0] = 0.1;
  coo.value[1] = 1.0 / 3;
  coo.value[2] = -std::numeric_limits<double>::infinity();
  coo.value[3] = std::numeric_limits<double>::denorm_min();
  coo.value[4] = std::numeric_limits<double>::max();
  std::string path = dir.path("out.mtx");
  WriteOptions options;
  options.comment = "two lines\nof comment";
  ASSERT_TRUE(writeMatrixMarket(path, coo, options).ok());
  Expected<MatrixFile> back = readMatrixMarket(path);
  ASSERT_TRUE(back.ok()) << back.message();
  EXPECT_EQ(back->matrix.rows, 23);
  EXPECT_EQ(back->matrix.cols, 41);
  EXPECT_EQ(back->matrix.row, coo.row);
  EXPECT_EQ(back->matrix.col, coo.col);
  EXPECT_EQ(back->matrix.value, coo.value);
}

TEST(MatrixMarketWriter, Fields) {
  CooMatrix coo;
  coo.rows = coo.cols = 2;
  coo.add(1, 0, -3);
  WriteOptions options;
  options.field = FileField::Integer;
  EXPECT_EQ(*formatMatrixMarket(coo, options), integer + "2 2 1\n2 1 -3\n");
  options.field = FileField::Pattern;
  EXPECT_EQ(*formatMatrixMarket(coo, options), pattern + "2 2 1\n2 1\n");
  options.field = FileField::Integer;
  coo.value[0] = 0.5;
  EXPECT_EQ(formatMatrixMarket(coo, options).message(),
            "the value 0.5 of entry 0 cannot be written as an integer");
  coo.row[0] = 2;
  EXPECT_EQ(formatMatrixMarket(coo, options).message(),
            "entry 0 at (2, 0) lies outside the 2 x 2 matrix");
}
