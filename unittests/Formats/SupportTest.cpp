//===- SupportTest.cpp - Text, files, threads, hashes
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Support/CounterHash.h"
#include "SparseGPU/Support/Expected.h"
#include "SparseGPU/Support/FileIO.h"
#include "SparseGPU/Support/Parallel.h"
#include "SparseGPU/Support/Strings.h"
#include "TestUtils.h"

#include <atomic>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <memory>

using namespace sparsegpu;
using namespace sparsegpu::test;

TEST(Expected, HoldsAValueOrAMessage) {
  Expected<std::unique_ptr<int>> good(std::make_unique<int>(7));
  ASSERT_TRUE(good.ok());
  EXPECT_EQ(**good, 7);
  EXPECT_EQ(good.message(), "");
  std::unique_ptr<int> moved = *std::move(good);
  EXPECT_EQ(*moved, 7);

  Expected<std::unique_ptr<int>> bad(Error("no"));
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.message(), "no");
  Status status = bad.takeError();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.message(), "no");
  EXPECT_TRUE(Status::success().ok());
}

TEST(Strings, QuotesWhatCannotBePrinted) {
  EXPECT_EQ(quoted("plain"), "'plain'");
  EXPECT_EQ(quoted(std::string_view("\x7f\0A", 3)), "'\\x7f\\x00A'");
  EXPECT_EQ(quoted("0123456789", 4), "'0123...'");
}

TEST(Strings, Split) {
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
}

TEST(Strings, ParsesWholeIntegersOnly) {
  EXPECT_EQ(parseInteger("-12"), -12);
  EXPECT_EQ(parseInteger("+12"), 12);
  EXPECT_EQ(parseInteger("9223372036854775807"),
            std::numeric_limits<int64_t>::max());
  for (const char *bad :
       {"", "+", "-", "+-1", "1.0", "1 ", " 1", "0x1", "9223372036854775808"})
    EXPECT_FALSE(parseInteger(bad)) << bad;
}

TEST(Strings, ParsesDoubles) {
  EXPECT_EQ(parseDouble("1.5e-2"), 0.015);
  EXPECT_EQ(parseDouble("+.5"), 0.5);
  EXPECT_EQ(parseDouble("12."), 12.0);
  EXPECT_EQ(parseDouble("-INF"), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(*parseDouble("NaN")));
  EXPECT_EQ(parseDouble("4.9e-324"), 4.9e-324);
  for (const char *bad : {"", "+", "+-1", "1,5", "1e", "0x1p3", "abc"})
    EXPECT_FALSE(parseDouble(bad)) << bad;
}

TEST(Strings, TellsOverflowFromUnderflow) {
  for (const char *tiny :
       {"1e-400", "0.00001e-330", "1E-99999999999999999999", "123456e-400"})
    EXPECT_EQ(parseDouble(tiny), 0.0) << tiny;
  EXPECT_TRUE(std::signbit(*parseDouble("-1e-400")));
  for (const char *huge : {"1e400", "-1e310", "1E99999999999999999999",
                           "123456e305", "0.00001e330"})
    EXPECT_FALSE(parseDouble(huge)) << huge;
  std::string digits(400, '9');
  EXPECT_FALSE(parseDouble(digits));
  EXPECT_EQ(parseDouble("0." + std::string(400, '0') + "1"), 0.0);
  EXPECT_EQ(parseDouble("0e400"), 0.0);
  // The exponent and the digits before the point together are beyond 64 bits.
  EXPECT_FALSE(parseDouble("31e9223372036854775807"));
  EXPECT_EQ(parseDouble("0.31e-9223372036854775807"), 0.0);
  EXPECT_FALSE(parseDouble("31e92233720368547758070"));
}

TEST(FileIO, ReadsPlainAndCompressed) {
  TempDir dir;
  std::string text(100000, 'x');
  text += "\nend";
  EXPECT_EQ(*readFile(dir.write("plain", text)), text);
  EXPECT_EQ(*readFile(dir.write("named-nothing", gzip(text))), text);
  EXPECT_EQ(*readFile(dir.write("two", gzip("a\n") + gzip("b\n"))), "a\nb\n");
  EXPECT_EQ(*readFile(dir.write("empty", "")), "");
  // A name that ends in .gz does not make it compressed.
  EXPECT_EQ(*readFile(dir.write("plain.gz", "text")), "text");
}

TEST(FileIO, ReportsWhatCannotBeRead) {
  TempDir dir;
  std::string missing = dir.path("missing");
  EXPECT_EQ(readFile(missing).message(),
            missing + ": cannot open: No such file or directory");
  EXPECT_EQ(readFile(dir.path("")).message(),
            dir.path("") + ": is a directory, expected a matrix file");

  // Incompressible enough that half of the bytes are half of the lines.
  std::string text;
  for (int i = 0; i < 5000; ++i)
    text += concat(CounterHash(1).bits(i), "\n");
  std::string packed = gzip(text);
  std::string half = dir.write("half.gz", packed.substr(0, packed.size() / 2));
  std::string message = readFile(half).message();
  EXPECT_TRUE(endsWith(message, ": the compressed data is truncated"))
      << message;
  ASSERT_TRUE(startsWith(message, half + ":")) << message;
  int line = std::stoi(message.substr(half.size() + 1));
  EXPECT_GT(line, 1000);
  EXPECT_LT(line, 4000);

  // Only the checksum is missing.
  std::string tail = dir.write("t.gz", packed.substr(0, packed.size() - 4));
  EXPECT_EQ(readFile(tail).message(),
            tail + ":5001: the compressed data is truncated");
  // Only the magic is there.
  std::string magic = dir.write("magic", "\x1f\x8b");
  EXPECT_EQ(readFile(magic).message(),
            magic + ":1: the compressed data is truncated");
  // The text ends where the first output buffer does.
  std::string block = gzip(std::string(4096, 'x'));
  std::string full = dir.write("f.gz", block.substr(0, block.size() - 4));
  EXPECT_EQ(readFile(full).message(),
            full + ":1: the compressed data is truncated");
  packed[packed.size() - 6] ^= 1;
  std::string sum = dir.write("sum.gz", packed);
  EXPECT_EQ(readFile(sum).message(),
            sum + ":5001: the compressed data is damaged: incorrect data "
                  "check");
  std::string junk = dir.write("junk.gz", gzip("a\n") + "junk");
  EXPECT_EQ(readFile(junk).message(),
            junk + ":2: trailing bytes after the compressed data");
}

TEST(FileIO, Writes) {
  TempDir dir;
  std::string path = dir.path("out");
  ASSERT_TRUE(writeFile(path, "text").ok());
  EXPECT_EQ(*readFile(path), "text");
  std::string nowhere = dir.path("no/such/folder");
  EXPECT_EQ(writeFile(nowhere, "").message(),
            nowhere + ": cannot open for writing: No such file or directory");
}

TEST(Parallel, CoversEveryNumberOnce) {
  for (unsigned threads : {0u, 1u, 2u, 7u})
    for (int64_t count : {0, 1, 5, 64, 1000}) {
      std::vector<std::atomic<int>> hits(static_cast<size_t>(count));
      parallelFor(count, 7, threads, [&](int64_t begin, int64_t end) {
        EXPECT_LE(end - begin, 7);
        for (int64_t i = begin; i < end; ++i)
          ++hits[static_cast<size_t>(i)];
      });
      for (auto &hit : hits)
        EXPECT_EQ(hit.load(), 1);
    }
}

TEST(CounterHash, IsTheSameEverywhere) {
  // Fixed numbers: a change here changes every recorded result.
  constexpr CounterHash hash(1, 0);
  static_assert(hash.unit(0) >= 0 && hash.unit(0) < 1);
  EXPECT_EQ(hash.bits(0), 0x6ec85f1f8547bc0cull);
  EXPECT_EQ(hash.bits(1), 0x6cf63afcc21a470aull);
  EXPECT_EQ(CounterHash(9, 2).bits(12345678901), 0x849be14615985b7bull);
  EXPECT_NE(CounterHash(2, 0).bits(0), hash.bits(0));
  EXPECT_NE(CounterHash(1, 1).bits(0), hash.bits(0));
}

TEST(CounterHash, IsUniform) {
  CounterHash hash(42);
  constexpr int count = 100000;
  double sum = 0, squares = 0;
  std::vector<int> buckets(10);
  for (int i = 0; i < count; ++i) {
    double x = hash.symmetric(static_cast<uint64_t>(i));
    ASSERT_GE(x, -1);
    ASSERT_LT(x, 1);
    sum += x;
    squares += x * x;
    uint64_t bucket = hash.below(static_cast<uint64_t>(i), 10);
    ASSERT_LT(bucket, 10u);
    ++buckets[bucket];
  }
  // Five standard deviations.
  EXPECT_LT(std::abs(sum / count), 5 * std::sqrt(1.0 / 3 / count));
  EXPECT_NEAR(squares / count, 1.0 / 3, 0.005);
  for (int hits : buckets)
    EXPECT_NEAR(hits, count / 10, 5 * std::sqrt(count / 10.0));
}
