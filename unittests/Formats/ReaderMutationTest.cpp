//===- ReaderMutationTest.cpp - Damaged files of every kind
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FileBuilders.h"
#include "SparseGPU/Formats/Container.h"
#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Formats/MatrixFileWriter.h"
#include "SparseGPU/Support/Compression.h"
#include "TestUtils.h"

#include <gtest/gtest.h>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

namespace {
struct Sample {
  const char *name;
  /// Decides the reader where the content does not any more.
  const char *path;
  std::string content;
};

std::ostream &operator<<(std::ostream &stream, const Sample &sample) {
  return stream << sample.name;
}
} // namespace

static std::vector<Sample> makeSamples() {
  CooMatrix coo = randomCoo(6, 5, 14, 4);
  MatrixWriteOptions pattern;
  pattern.field = FileField::Pattern;
  std::map<std::string, std::string> bsr = {
      {"format", npy("|S3", "()", "bsr")},
      {"shape", npy("<i8", "(2,)", bytes<int64_t>({4, 4}))},
      {"data", npy("<f4", "(2, 2, 2)", bytes<float>({1, 2, 3, 4, 5, 6, 7, 8}))},
      {"indices", npyIndices({1, 0})},
      {"indptr", npyIndices({0, 1, 2})}};
  std::map<std::string, std::string> dia = {
      {"format", npy("|S3", "()", "dia")},
      {"shape", npy("<i8", "(2,)", bytes<int64_t>({4, 4}))},
      {"data", npy("<f4", "(2, 3)", bytes<float>({1, 2, 3, 4, 5, 6}))},
      {"offsets", npyIndices({0, 1})}};
  std::string tensors = safetensors(
      "{\"w\":{\"dtype\":\"BF16\",\"shape\":[2,3],\"data_offsets\":[0,12]},"
      "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]}}",
      std::string(16, '\x41'));
  std::string market = *formatMatrix(coo, FileKind::MatrixMarket);
  std::vector<Sample> samples = {
      {"market", "a.mtx", market},
      {"symmetric", "a.mtx",
       "%%MatrixMarket matrix coordinate complex hermitian\n%c\n3 3 3\n1 1 1 "
       "0\n2 1 3 4\n3 2 5 6\n"},
      {"array", "a.mtx",
       "%%MatrixMarket matrix array integer skew-symmetric\n3 3\n1\n2\n3\n"},
      {"smtx", "a.smtx", *formatMatrix(coo, FileKind::Smtx, pattern)},
      {"edges", "a.el", *formatMatrix(coo, FileKind::EdgeList)},
      {"npy", "a.npy", *formatMatrix(coo, FileKind::Npy)},
      {"npz", "a.npz", *formatMatrix(coo, FileKind::Npz)},
      {"blocks", "a.npz", npz(bsr)},
      {"diagonals", "a.npz", npz(dia)},
      {"safetensors", "a.safetensors", tensors},
      {"container", "a.sgpk",
       *formatContainer(*pack(coo, *findFormat("bsr"), {2, 3}, {}),
                        *findFormat("bsr"))},
      {"gzip", "a.mtx.gz", *compress(market, Compression::Gzip)},
  };
#ifdef SPARSEGPU_HAS_ZSTD
  samples.push_back(
      {"zstd", "a.mtx.zst", *compress(market, Compression::Zstd)});
#endif
  return samples;
}

/// Numbers that break what does not look out, as text and as bytes.
static const std::string nasty[] = {
    "0",
    "-1",
    "9223372036854775807",
    "18446744073709551615",
    "4611686018427387904",
    "1e999",
    "nan",
    ",",
    "\n",
    " ",
    "(",
    "'",
    "\"",
    "{",
    "%",
    std::string(1, '\0'),
    std::string(8, '\0'),
    std::string(4, '\xff'),
    std::string(8, '\xff'),
    std::string("\xff\xff\xff\x7f", 4),
    std::string("\xff\xff\xff\xff\xff\xff\xff\x7f", 8),
    std::string("\0\0\0\0\0\0\0\x40", 8),
};

/// One to four changes.
static std::string mutate(std::string text, uint64_t seed) {
  CounterHash hash(seed, 5);
  uint64_t counter = 0;
  auto below = [&](uint64_t bound) {
    return hash.below(counter++, std::max<uint64_t>(1, bound));
  };
  for (uint64_t changes = 1 + below(4); changes > 0 && !text.empty();
       --changes) {
    size_t at = below(text.size());
    switch (below(7)) {
    case 0:
      text.resize(at);
      break;
    case 1:
      text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
      break;
    case 2:
      text[at] = static_cast<char>(below(256));
      break;
    case 3:
      text.insert(at, nasty[below(std::size(nasty))]);
      break;
    case 4: {
      const std::string &with = nasty[below(std::size(nasty))];
      text.replace(at, with.size(), with);
      break;
    }
    case 5:
      text.erase(at, 1 + below(9));
      break;
    case 6: {
      std::string piece = text.substr(at, 1 + below(40));
      text.insert(below(text.size()), piece);
      break;
    }
    }
  }
  return text;
}

class DamagedFiles : public testing::TestWithParam<Sample> {};

TEST_P(DamagedFiles, AreReadOrRefused) {
  const Sample &sample = GetParam();
  ReadOptions options;
  options.complexValues = ComplexValues::Magnitude;
  auto read = [&](const std::string &content) {
    if (!isCompressed(content))
      return parseMatrix(content, sample.path, options);
    Expected<std::string> text = decompress(content, sample.path);
    if (!text)
      return Expected<MatrixFile>(text.takeError());
    return parseMatrix(*text, sample.path, options);
  };
  Expected<MatrixFile> good = read(sample.content);
  ASSERT_TRUE(good.ok()) << good.message();
  size_t refused = 0;
  auto check = [&](const std::string &content) {
    Expected<MatrixFile> file = read(content);
    if (!file) {
      // One line that names the file.
      EXPECT_EQ(file.message().rfind("a.", 0), 0u) << file.message();
      EXPECT_EQ(file.message().find('\n'), std::string::npos);
      ++refused;
      return;
    }
    EXPECT_EQ(checkCoo(file->matrix).message(), "");
    EXPECT_LE(file->matrix.entries(), 1000);
  };
  for (size_t size = 0; size < sample.content.size(); ++size)
    check(sample.content.substr(0, size));
  for (uint64_t seed = 0; seed < 5000; ++seed) {
    SCOPED_TRACE(seed);
    check(mutate(sample.content, seed));
  }
  EXPECT_GE(refused, 500u);
}

INSTANTIATE_TEST_SUITE_P(All, DamagedFiles, testing::ValuesIn(makeSamples()),
                         [](const auto &info) {
                           return std::string(info.param.name);
                         });
