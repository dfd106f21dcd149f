//===- EntryLinesTest.cpp - Lines of entries, by several threads
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EntryLines.h"

#include "SparseGPU/Formats/MatrixMarketReader.h"
#include "SparseGPU/Support/CounterHash.h"
#include "TestUtils.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

namespace {

CooMatrix emptyMatrix(int64_t rows, int64_t cols, int64_t capacity) {
  CooMatrix matrix;
  matrix.rows = rows;
  matrix.cols = cols;
  matrix.reserve(capacity);
  return matrix;
}

bool isRead(std::string_view text, int64_t entries, LineValue value) {
  CooMatrix matrix = emptyMatrix(9, 9, 8);
  bool result = readEntryLines(text, entries, value, matrix);
  EXPECT_EQ(matrix.entries(), result ? entries : 0) << text;
  return result;
}

/// The value that a line with this number has.
void expectValue(const std::string &number) {
  CooMatrix matrix = emptyMatrix(9, 9, 1);
  ASSERT_TRUE(readEntryLines("2 3 " + number, 1, LineValue::Real, matrix, 1))
      << number;
  double expected = std::strtod(number.c_str(), nullptr);
  // Bits: zeros have signs.
  uint64_t bits = 0, expectedBits = 0;
  std::memcpy(&bits, &matrix.value[0], sizeof(bits));
  std::memcpy(&expectedBits, &expected, sizeof(expectedBits));
  EXPECT_EQ(bits, expectedBits) << number << " became " << matrix.value[0];
}

TEST(EntryLines, OnlyPlainTextIsRead) {
  EXPECT_TRUE(isRead("1 2 3\n9 9 -4.5e-1\n", 2, LineValue::Real));
  EXPECT_TRUE(isRead(" 1\t2  3 \r\n9 9 inf\t\r\n\n \n", 2, LineValue::Real));
  EXPECT_TRUE(isRead("1 2\n3 4", 2, LineValue::None));
  EXPECT_TRUE(isRead("1 2 -7\n", 1, LineValue::Integer));
  for (const char *bad : {"",
                          "\n",
                          "1",
                          "1 2",
                          "1 2 ",
                          "1 2 x",
                          "1 2 3x",
                          "1 2 1e",
                          "1 2 .",
                          "1 2 -",
                          "1 2 3 4",
                          "0 2 3",
                          "1 0 3",
                          "10 2 3",
                          "1 10 3",
                          "-1 2 3",
                          "1.0 2 3",
                          "+1 2 3",
                          "% 1 2",
                          "1 2 3 %",
                          "\n1 2 3",
                          "1 2 3\r4 5 6",
                          "1 2 1e999",
                          "1 2 3\n1 2 3",
                          "1000000000000000000001 1 1"})
    EXPECT_FALSE(isRead(bad, 1, LineValue::Real)) << bad;
  EXPECT_FALSE(isRead("1 2 3\n\n1 2 3", 2, LineValue::Real));
  EXPECT_FALSE(isRead("1 2 3\n%\n1 2 3", 3, LineValue::Real));
  EXPECT_FALSE(isRead("1 2 3", 1, LineValue::None));
  for (const char *bad :
       {"1 2 1.5", "1 2 +1", "1 2 1e3", "1 2 9999999999999999999", "1 2 -"})
    EXPECT_FALSE(isRead(bad, 1, LineValue::Integer)) << bad;
  // More entries than there is capacity.
  CooMatrix matrix = emptyMatrix(9, 9, 1);
  EXPECT_FALSE(
      readEntryLines("1 1\n1 2\n1 3\n1 4\n1 5\n", 5, LineValue::None, matrix));
}

// As the C library rounds them.
TEST(EntryLines, ValuesAreTheNearest) {
  for (const char *number : {"0",
                             "-0",
                             "0.0",
                             "-0e5",
                             "1e22",
                             "1e23",
                             "1e-22",
                             "1e-23",
                             ".5",
                             "5.",
                             "9007199254740992",
                             "9007199254740993",
                             "9007199254740993e-3",
                             "123456789012345678901234567890",
                             "0.000000000000000000000000000001",
                             "1.7976931348623157e308",
                             "4.9e-324",
                             "2.2250738585072011e-308",
                             "1e-400",
                             "nan",
                             "-inf",
                             "1E5",
                             "1e+5",
                             "0.1",
                             "1e0001",
                             "1e-0022",
                             "18446744073709551617",
                             "00000000000000000000001.5"})
    expectValue(number);
  CounterHash hash(1, 0);
  for (uint64_t i = 0; i < 30000; ++i) {
    uint64_t bits = (hash.below(2 * i, uint64_t(1) << 32) << 32) |
                    hash.below(2 * i + 1, uint64_t(1) << 32);
    double value;
    std::memcpy(&value, &bits, sizeof(value));
    if (!std::isfinite(value))
      continue;
    char text[64];
    for (const char *format : {"%.17g", "%.7e"}) {
      std::snprintf(text, sizeof(text), format, value);
      if (std::isfinite(std::strtod(text, nullptr)))
        expectValue(text);
      // Of a size where the short way is open.
      int exponent = 0;
      std::snprintf(text, sizeof(text), format,
                    std::ldexp(std::frexp(value, &exponent),
                               static_cast<int>(i % 80) - 40));
      expectValue(text);
    }
  }
}

/// Entries without an order, in enough lines for several pieces.
std::string makeLines(int64_t entries, CooMatrix &matrix) {
  matrix = randomCoo(70001, 90001, entries, 5);
  std::string text;
  for (int64_t e = 0; e < entries; ++e) {
    char line[96];
    std::snprintf(line, sizeof(line), "%lld %lld %.17g%s",
                  static_cast<long long>(matrix.row[e] + 1),
                  static_cast<long long>(matrix.col[e] + 1), matrix.value[e],
                  e % 3 ? "\n" : " \r\n");
    text += line;
  }
  return text;
}

TEST(EntryLines, AnyNumberOfThreads) {
  CooMatrix expected;
  std::string text = makeLines(60000, expected);
  for (unsigned threads : {1, 2, 5}) {
    CooMatrix matrix =
        emptyMatrix(expected.rows, expected.cols, expected.entries());
    ASSERT_TRUE(readEntryLines(text, expected.entries(), LineValue::Real,
                               matrix, threads));
    EXPECT_EQ(matrix.row, expected.row);
    EXPECT_EQ(matrix.col, expected.col);
    EXPECT_EQ(matrix.value, expected.value);
    // One bad line of many.
    std::string bad = text;
    bad[bad.size() * 2 / 3] = 'x';
    EXPECT_FALSE(readEntryLines(
        bad, expected.entries(), LineValue::Real,
        matrix = emptyMatrix(expected.rows, expected.cols, expected.entries()),
        threads));
    EXPECT_EQ(matrix.entries(), 0);
  }
}

// A comment sends the reader the other way, which must come to the same.
TEST(EntryLines, MatrixMarketWithAndWithoutComments) {
  std::string lower;
  CounterHash hash(7, 0);
  constexpr int64_t entries = 30000, rows = 5003;
  for (int64_t e = 0; e < entries; ++e) {
    auto row = static_cast<int64_t>(hash.below(2 * e, rows - 1)) + 1;
    auto col = static_cast<int64_t>(hash.below(2 * e + 1, row)) + 1;
    if (row == col) // No place of a skew-symmetric matrix.
      ++row;
    lower += std::to_string(row) + " " + std::to_string(col);
    lower += "\v"; // Where a value may be.
  }
  lower += std::to_string(rows) + " 1\v";
  for (const char *kind :
       {"pattern general", "pattern symmetric", "real skew-symmetric",
        "integer symmetric", "real general"}) {
    std::string body;
    int64_t number = 0;
    for (char c : lower)
      if (c != '\v')
        body += c;
      else if (kind[0] == 'p')
        body += '\n';
      else
        body += " " + std::to_string(++number % 17 - 8) + "\n";
    std::string head = "%%MatrixMarket matrix coordinate " + std::string(kind) +
                       "\n5003 5003 " + std::to_string(entries + 1) + "\n";
    ReadOptions options;
    options.patternValues = PatternValues::Random;
    Expected<MatrixFile> plain = parseMatrixMarket(head + body, "a", options);
    Expected<MatrixFile> slow =
        parseMatrixMarket(head + "%\n" + body, "a", options);
    ASSERT_TRUE(plain.ok()) << plain.message();
    ASSERT_TRUE(slow.ok()) << slow.message();
    EXPECT_EQ(plain->matrix.row, slow->matrix.row) << kind;
    EXPECT_EQ(plain->matrix.col, slow->matrix.col) << kind;
    EXPECT_EQ(plain->matrix.value, slow->matrix.value) << kind;
  }
}

} // namespace
