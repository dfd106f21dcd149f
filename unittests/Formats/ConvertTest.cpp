//===- ConvertTest.cpp - From one format to another
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Convert.h"
#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Support/Strings.h"
#include "TestUtils.h"

#include <gtest/gtest.h>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

/// A matrix that every format holds: at most one entry in eight columns of a
/// row, none of them zero, in no more than four columns of any eight.
static CooMatrix thinMatrix(int64_t rows, int64_t cols, uint64_t seed) {
  CounterHash numbers(seed);
  CooMatrix coo;
  coo.rows = rows;
  coo.cols = cols;
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t group = 0; group * 8 < cols; ++group) {
      uint64_t at = numbers.below(2 * (row * cols + group), 12);
      int64_t col = group * 8 + static_cast<int64_t>(at % 4);
      if (at < 8 && col < cols)
        coo.add(row, col,
                1 + static_cast<double>(
                        numbers.below(2 * (row * cols + group) + 1, 50)));
    }
  return coo;
}

static PackOptions options(unsigned width, ElementType type) {
  PackOptions made;
  made.positionWidth = made.coordinateWidth = width;
  made.valueType = type;
  return made;
}

static void expectSame(const PackedMatrix &got, const PackedMatrix &expected) {
  EXPECT_EQ(got.rows, expected.rows);
  EXPECT_EQ(got.cols, expected.cols);
  EXPECT_EQ(got.parameters, expected.parameters);
  ASSERT_EQ(got.fields.size(), expected.fields.size());
  for (size_t i = 0; i < got.fields.size(); ++i) {
    EXPECT_EQ(got.fields[i].type, expected.fields[i].type);
    EXPECT_EQ(got.fields[i].bytes, expected.fields[i].bytes)
        << got.fields[i].spec.name;
  }
}

/// The storage again, from its fields alone, as a program has them.
static Expected<PackedMatrix> readBack(const PackedMatrix &packed,
                                       const Format &format,
                                       const PackOptions &options) {
  std::vector<const void *> data;
  std::vector<int64_t> counts;
  for (const Field &field : packed.fields) {
    data.push_back(field.bytes.data());
    counts.push_back(field.count);
  }
  return adoptFields(format, packed.parameters, options, packed.rows,
                     packed.cols, data, counts);
}

TEST(Convert, EveryPairIsAsPackedFromTheMatrix) {
  int64_t shapes[][2] = {{37, 29}, {64, 32}, {1, 9}, {5, 1}, {0, 3}, {3, 0}};
  uint64_t seed = 1;
  for (auto [rows, cols] : shapes) {
    CooMatrix matrix = thinMatrix(rows, cols, seed++);
    for (const Format *from : allFormats())
      for (const Format *to : allFormats()) {
        SCOPED_TRACE(
            concat(from->name(), " to ", to->name(), ", ", rows, " x ", cols));
        PackOptions source = options(64, ElementType::F16);
        PackOptions target = options(16, ElementType::F16);
        Expected<PackedMatrix> packed = pack(matrix, *from, {}, source);
        ASSERT_TRUE(packed) << packed.message();
        Expected<PackedMatrix> adopted = readBack(*packed, *from, source);
        ASSERT_TRUE(adopted) << adopted.message();
        Expected<PackedMatrix> got = convert(*adopted, *from, *to, {}, target);
        ASSERT_TRUE(got) << got.message();
        Expected<PackedMatrix> expected = pack(matrix, *to, {}, target);
        ASSERT_TRUE(expected) << expected.message();
        expectSame(*got, *expected);
      }
  }
}

TEST(Convert, ValuesKeepTheirBits) {
  // Numbers that no double holds, and a zero that is an entry.
  CooMatrix coo;
  coo.rows = 1;
  coo.cols = 3;
  for (int64_t col = 0; col < 3; ++col)
    coo.add(0, col, 1);
  Expected<PackedMatrix> csr =
      pack(coo, csrFormat(), {}, options(64, ElementType::I64));
  ASSERT_TRUE(csr);
  int64_t values[] = {(int64_t(1) << 53) + 1, 0, -(int64_t(1) << 62) - 1};
  std::memcpy(csr->fields[2].bytes.data(), values, sizeof(values));
  const Format &coordinates = *findFormat("coo");
  Expected<PackedMatrix> triplets = convert(*csr, csrFormat(), coordinates, {},
                                            options(32, ElementType::I64));
  ASSERT_TRUE(triplets);
  Expected<PackedMatrix> back = convert(*triplets, coordinates, csrFormat(), {},
                                        options(64, ElementType::I64));
  ASSERT_TRUE(back);
  expectSame(*back, *csr);
}

TEST(Convert, Dense) {
  for (ElementType type :
       {ElementType::F64, ElementType::BF16, ElementType::F8E4M3FN,
        ElementType::F8E5M2, ElementType::I8, ElementType::I32}) {
    SCOPED_TRACE(name(type));
    CooMatrix matrix = thinMatrix(13, 21, 7);
    for (double &value : matrix.value)
      value = static_cast<double>(static_cast<int>(value) % 7 + 1);
    Meaning entries = meaning(matrix);
    const Format &bsr = *findFormat("bsr");
    Expected<PackedMatrix> packed =
        pack(matrix, bsr, {4, 2}, options(32, type));
    ASSERT_TRUE(packed);
    Expected<Field> dense = expandToDense(*packed, bsr);
    ASSERT_TRUE(dense) << dense.message();
    ASSERT_EQ(dense->count, 13 * 21);
    std::vector<double> values(13 * 21);
    loadElements(type, dense->bytes.data(), values.size(), values.data());
    for (int64_t row = 0; row < 13; ++row)
      for (int64_t col = 0; col < 21; ++col) {
        auto found = entries.find({row, col});
        EXPECT_EQ(values[static_cast<size_t>(row * 21 + col)],
                  found == entries.end() ? 0 : found->second);
      }
    Expected<PackedMatrix> csr =
        compressDense(13, 21, type, dense->bytes.data());
    ASSERT_TRUE(csr);
    Expected<PackedMatrix> expected =
        pack(matrix, csrFormat(), {}, options(64, type));
    ASSERT_TRUE(expected);
    expectSame(*csr, *expected);
  }
}

TEST(Convert, Refuses) {
  CooMatrix coo;
  coo.rows = 2;
  coo.cols = 300;
  for (int64_t col : {0, 1, 3, 299})
    coo.add(1, col, 1);
  PackOptions wide = options(32, ElementType::F32);
  Expected<PackedMatrix> csr = pack(coo, csrFormat(), {}, wide);
  ASSERT_TRUE(csr);
  auto message = [&](const Format &to, std::vector<int64_t> parameters,
                     unsigned width) {
    Expected<PackedMatrix> result = convert(*csr, csrFormat(), to, parameters,
                                            options(width, ElementType::F32));
    return result ? "" : result.message();
  };
  EXPECT_EQ(message(*findFormat("nm"), {2, 4}, 32),
            "row 1 has 3 entries in group 0, columns 0 to 3; 2:4 storage holds "
            "2");
  EXPECT_EQ(message(*findFormat("coo"), {}, 8),
            "the coordinate 299 does not fit 8 bits, whose largest value is "
            "255");
  EXPECT_EQ(message(*findFormat("bsr"), {0, 4}, 32),
            "parameter 'rows' of format 'bsr' is 1 to 128, got 0");
  // Storage that breaks an invariant.
  csr->fields[1].bytes[0] = std::byte(9);
  EXPECT_NE(message(*findFormat("coo"), {}, 32).find("CSR8"),
            std::string::npos);
  EXPECT_EQ(adoptFields(csrFormat(), {}, wide, 1, 1, {nullptr}, {0}).message(),
            "format 'csr' has 3 fields, got 1");
  EXPECT_EQ(adoptFields(csrFormat(), {}, wide, 1, 1,
                        {nullptr, nullptr, nullptr}, {2, 0, 0})
                .message(),
            "field 'positions' has no elements to read");
  Expected<PackedMatrix> huge = pack(CooMatrix{}, csrFormat(), {}, wide);
  ASSERT_TRUE(huge);
  huge->cols = int64_t(1) << 62;
  huge->rows = 4;
  huge->fields[0] = *allocateField(huge->fields[0].spec, ElementType::I32, 5);
  EXPECT_FALSE(expandToDense(*huge, csrFormat()));
}
