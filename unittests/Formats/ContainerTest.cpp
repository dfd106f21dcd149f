//===- ContainerTest.cpp - Files of packed matrices
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Container.h"
#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Support/FileIO.h"
#include "SparseGPU/Support/Strings.h"
#include "TestUtils.h"

#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

static void expectSame(const PackedMatrix &a, const PackedMatrix &b) {
  EXPECT_EQ(a.format, b.format);
  EXPECT_EQ(a.rows, b.rows);
  EXPECT_EQ(a.cols, b.cols);
  EXPECT_EQ(a.nnz, b.nnz);
  EXPECT_EQ(a.parameters, b.parameters);
  EXPECT_EQ(a.explicitZeros, b.explicitZeros);
  ASSERT_EQ(a.fields.size(), b.fields.size());
  for (size_t i = 0; i < a.fields.size(); ++i) {
    EXPECT_EQ(a.fields[i].spec.name, b.fields[i].spec.name);
    EXPECT_EQ(a.fields[i].type, b.fields[i].type);
    EXPECT_EQ(a.fields[i].count, b.fields[i].count);
    EXPECT_EQ(a.fields[i].bytes, b.fields[i].bytes);
  }
}

/// Of every format, when it can store the matrix.
static std::vector<PackedMatrix> packAll(uint64_t seed) {
  CounterHash hash(seed);
  CooMatrix coo = randomCoo(static_cast<int64_t>(hash.below(0, 40)) + 1,
                            static_cast<int64_t>(hash.below(1, 40)) + 1,
                            static_cast<int64_t>(hash.below(2, 80)), seed);
  std::vector<PackedMatrix> result;
  static constexpr ElementType types[] = {ElementType::F32, ElementType::F16,
                                          ElementType::BF16, ElementType::F64,
                                          ElementType::F8E5M2};
  static constexpr unsigned widths[] = {0, 32, 64, 16};
  for (const Format *format : allFormats()) {
    PackOptions options;
    options.valueType = types[hash.below(3, 5)];
    options.positionWidth = widths[hash.below(4, 4)];
    options.coordinateWidth = widths[hash.below(5, 4)];
    // Eighths up to 32 do not all fit two bits of fraction: round.
    Expected<PackedMatrix> packed = pack(coo, *format, {}, options);
    if (packed)
      result.push_back(*std::move(packed));
  }
  return result;
}

TEST(Container, RoundTripsInEveryFormat) {
  size_t count = 0;
  for (uint64_t seed = 0; seed < 100; ++seed)
    for (const PackedMatrix &packed : packAll(seed)) {
      const Format &format = *findFormat(packed.format);
      Expected<std::string> content = formatContainer(packed, format);
      ASSERT_TRUE(content.ok()) << content.message();
      EXPECT_EQ(content->size() % containerAlignment, 0u);
      Expected<PackedMatrix> back = parsePacked(*content, "t");
      ASSERT_TRUE(back.ok()) << back.message();
      expectSame(*back, packed);
      EXPECT_EQ(format.check(*back).message(), "");
      Expected<MatrixFile> file = parseMatrix(*content, "a.bin");
      ASSERT_TRUE(file.ok()) << file.message();
      EXPECT_EQ(file->kind, FileKind::Container);
      EXPECT_EQ(meaning(file->matrix), meaning(*unpack(packed, format)));
      ++count;
    }
  EXPECT_GE(count, 200u);
}

TEST(Container, FilesMappedOrNot) {
  TempDir dir;
  for (const PackedMatrix &packed : packAll(7)) {
    const Format &format = *findFormat(packed.format);
    std::string path = dir.path("a.sgpk");
    ASSERT_TRUE(writeContainer(path, packed, format).ok());
    Expected<MappedContainer> mapped = MappedContainer::open(path);
    ASSERT_TRUE(mapped.ok()) << mapped.message();
    EXPECT_EQ(mapped->verify().message(), "");
    const ContainerView &view = mapped->view();
    EXPECT_EQ(view.format, packed.format);
    EXPECT_EQ(view.nnz, packed.nnz);
    ASSERT_EQ(view.fields.size(), packed.fields.size());
    for (size_t i = 0; i < view.fields.size(); ++i) {
      const ContainerField &field = view.fields[i];
      EXPECT_EQ(reinterpret_cast<uintptr_t>(field.data) % containerAlignment,
                0u);
      EXPECT_TRUE(std::equal(field.data, field.data + field.bytes(),
                             packed.fields[i].bytes.begin(),
                             packed.fields[i].bytes.end()));
    }
    std::string zipped = dir.path("a.sgpk.gz");
    ASSERT_TRUE(writeContainer(zipped, packed, format).ok());
    Expected<PackedMatrix> back = readPacked(zipped);
    ASSERT_TRUE(back.ok()) << back.message();
    expectSame(*back, packed);
    // Only plain files are mapped.
    EXPECT_EQ(MappedContainer::open(zipped).message(),
              zipped + ": byte 0: is not a container of a packed matrix");
  }
  std::string missing = dir.path("missing");
  EXPECT_EQ(MappedContainer::open(missing).message(),
            missing + ": cannot open: No such file or directory");
  EXPECT_TRUE(startsWith(MappedContainer::open(dir.path("")).message(),
                         dir.path("") + ": is not a container"));
}

/// Every bit counts: a change is noticed, or changes nothing (in the padding).
TEST(Container, EveryChangedByteIsNoticed) {
  CooMatrix coo = randomCoo(5, 7, 12, 3);
  PackedMatrix packed = *pack(coo, *findFormat("bsr"), {2, 2}, {});
  std::string good = *formatContainer(packed, *findFormat("bsr"));
  size_t noticed = 0;
  for (size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
    Expected<PackedMatrix> back = parsePacked(bad, "t");
    if (back)
      expectSame(*back, packed);
    else
      ++noticed;
  }
  EXPECT_GT(noticed, good.size() / 2);
  for (size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(parsePacked(good.substr(0, size), "t").ok());
  EXPECT_FALSE(parsePacked(good + "x", "t").ok());
}

/// The checksums of a header, set right again: what is left to be noticed is
/// what it says.
static void fixChecksums(std::string &content) {
  auto put = [&](size_t at, uint32_t value) {
    std::memcpy(&content[at], &value, sizeof(value));
  };
  auto crc = [&](size_t at, size_t size) {
    return static_cast<uint32_t>(
        crc32(0, reinterpret_cast<const Bytef *>(&content[at]),
              static_cast<uInt>(size)));
  };
  uint64_t textSize = 0, fileSize = content.size();
  std::memcpy(&textSize, &content[16], sizeof(textSize));
  std::memcpy(&content[24], &fileSize, sizeof(fileSize));
  put(12, crc(64, std::min<size_t>(textSize, content.size() - 64)));
  put(32, crc(0, 32));
}

TEST(Container, HeadersThatSayWhatIsNotSo) {
  CooMatrix coo = randomCoo(5, 7, 12, 3);
  coo.value[0] = 0;
  PackedMatrix packed = *pack(coo, *findFormat("bsr"), {2, 2}, {});
  std::string good = *formatContainer(packed, *findFormat("bsr"));
  size_t end = good.find('\0', 64), refused = 0;
  static const std::string numbers[] = {"0",
                                        "1",
                                        "2",
                                        "9",
                                        "-1",
                                        "64",
                                        "63",
                                        "1e9",
                                        "9223372036854775807",
                                        "18446744073709551615",
                                        "null",
                                        "\"i8\"",
                                        "[]",
                                        "{}"};
  for (uint64_t seed = 0; seed < 20000; ++seed) {
    CounterHash hash(seed);
    std::string bad = good;
    size_t at = 64 + hash.below(0, end - 64);
    if (seed % 2) {
      bad[at] = static_cast<char>(32 + hash.below(1, 95));
    } else {
      // Another number, where there is one, in a text of the same length.
      at = bad.find(':', at);
      size_t stop = bad.find_first_of(",}", at);
      if (stop == std::string::npos || stop >= end)
        continue;
      std::string text = bad.substr(64, end - 64);
      text.replace(at + 1 - 64, stop - at - 1,
                   numbers[hash.below(1, std::size(numbers))]);
      if (64 + text.size() > (end + 63) / 64 * 64)
        continue;
      uint64_t size = text.size();
      std::memcpy(&bad[16], &size, sizeof(size));
      text.resize((end + 63) / 64 * 64 - 64);
      bad.replace(64, text.size(), text);
    }
    fixChecksums(bad);
    Expected<MatrixFile> file = parseContainer(bad, "t");
    if (!file) {
      EXPECT_EQ(file.message().rfind("t: ", 0), 0u) << file.message();
      ++refused;
      continue;
    }
    EXPECT_EQ(checkCoo(file->matrix).message(), "");
  }
  EXPECT_GE(refused, 5000u);
}

TEST(Container, Messages) {
  CooMatrix coo = randomCoo(5, 7, 12, 3);
  PackedMatrix packed = *packCsr(coo);
  std::string good = *formatContainer(packed, csrFormat());
  auto message = [](const std::string &content) {
    return parsePacked(content, "t").message();
  };
  EXPECT_EQ(message("x"), "t: byte 0: is not a container of a packed matrix");
  EXPECT_EQ(message(good.substr(0, 40)),
            "t: byte 40: the container ends in its header");
  std::string bad = good;
  bad[8] = 2;
  EXPECT_EQ(message(bad),
            "t: byte 0: the header is damaged: its checksum differs");
  bad = good;
  bad[70] ^= 1;
  EXPECT_EQ(message(bad),
            "t: byte 64: the header is damaged: its checksum differs");
  EXPECT_EQ(message(good.substr(0, good.size() - 64)),
            concat("t: byte 24: the container has ", good.size(),
                   " bytes, found ", good.size() - 64));
  // The last field is "values"; nothing follows but its padding.
  const ContainerView view = *viewContainer(good, "t");
  size_t at = reinterpret_cast<const char *>(view.fields[2].data) - good.data();
  bad = good;
  bad[at] ^= 1;
  EXPECT_EQ(message(bad), concat("t: byte ", at,
                                 ": field 'values' is damaged: "
                                 "its checksum differs"));
  // A file that says what is not so.
  packed.explicitZeros = {3, 2};
  EXPECT_EQ(message(*formatContainer(packed, csrFormat())),
            "t: the places of explicit zeros do not ascend within the values: "
            "2");
  EXPECT_EQ(formatContainer(packed, *findFormat("bsr")).message(),
            "a matrix packed as 'csr' is not one of format 'bsr'");
}
