//===- RowMergeTest.cpp - Packing and checking row-merge tiles
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/RowMerge.h"
#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Formats/MatrixFile.h"
#include "TestUtils.h"

#include <gtest/gtest.h>
#include <set>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

namespace {

PackedMatrix packed32(const CooMatrix &coo) {
  PackOptions options;
  options.positionWidth = options.coordinateWidth = 32;
  Expected<PackedMatrix> packed = pack(coo, rowMergeFormat(), {}, options);
  EXPECT_TRUE(packed.ok()) << packed.message();
  return *std::move(packed);
}

/// The matrix of docs/Formats/RowMerge.md: 18 x 40.
PackedMatrix example() {
  CooMatrix coo;
  coo.rows = 18;
  coo.cols = 40;
  coo.add(0, 1, 1);
  coo.add(0, 33, 2);
  coo.add(0, 39, 3);
  coo.add(2, 0, 4);
  coo.add(2, 15, 5);
  coo.add(2, 32, 6);
  coo.add(17, 16, 7);
  return packed32(coo);
}

template <typename T> std::vector<T> elements(const Field &field) {
  EXPECT_EQ(field.bytes.size(), static_cast<size_t>(field.count) * sizeof(T));
  std::vector<T> result(static_cast<size_t>(field.count));
  std::copy(field.bytes.begin(), field.bytes.end(),
            reinterpret_cast<std::byte *>(result.data()));
  return result;
}

/// The example with element `i` of a field replaced.
template <typename T> PackedMatrix with(size_t field, size_t i, T value) {
  PackedMatrix packed = example();
  std::memcpy(packed.fields[field].bytes.data() + i * sizeof(T), &value,
              sizeof(T));
  return packed;
}

std::string check(const PackedMatrix &packed) {
  return rowMergeFormat().check(packed).message();
}

TEST(RowMerge, PacksAnExample) {
  PackedMatrix packed = example();
  EXPECT_EQ(check(packed), "");
  EXPECT_EQ(elements<int32_t>(packed.fields[0]),
            (std::vector<int32_t>{0, 2, 3}));
  EXPECT_EQ(elements<int32_t>(packed.fields[1]),
            (std::vector<int32_t>{0, 2, 1}));
  EXPECT_EQ(elements<int32_t>(packed.fields[2]),
            (std::vector<int32_t>{0, 3, 6, 7}));
  std::vector<uint16_t> masks(48);
  masks[0] = 1 << 1;
  masks[2] = 1 | 1 << 15;
  masks[16] = 1 << 1 | 1 << 7;
  masks[18] = 1;
  masks[33] = 1;
  EXPECT_EQ(elements<uint16_t>(packed.fields[3]), masks);
  EXPECT_EQ(elements<float>(packed.fields[4]),
            (std::vector<float>{1, 4, 5, 2, 3, 6, 7}));
  // (ceil(M / 16) + 1) * p + tiles * (c + p + 32) + p + nnz * v
  EXPECT_EQ(packed.byteSize(), 3 * 4 + 3 * (4 + 4 + 32) + 4 + 7 * 4);
}

TEST(RowMerge, EachInvariantIsChecked) {
  PackedMatrix bad = example();
  bad.format = "csr";
  EXPECT_EQ(check(bad),
            "RM1: a matrix packed as 'csr' is not one of format 'row_merge'");
  bad = example();
  bad.rows = 33;
  EXPECT_EQ(check(bad), "RM2: positions has 3 elements, expected 4");
  EXPECT_EQ(check(with(0, 0, 1)), "RM2: positions[0] is 1, expected 0");
  EXPECT_EQ(check(with(0, 1, 4)),
            "RM2: positions[2] is 3, below positions[1] = 4");
  EXPECT_EQ(check(with(0, 2, 2)), "RM2: positions ends with 2, expected 3");
  EXPECT_EQ(check(with(2, 3, 8)), "RM3: offsets ends with 8, expected 7");
  EXPECT_EQ(check(with(2, 1, 7)), "RM3: offsets[2] is 6, below offsets[1] = 7");
  bad = example();
  bad.fields[3].count = 47;
  bad.fields[3].bytes.resize(94);
  EXPECT_EQ(check(bad), "RM4: masks has 47 elements, expected 48");
  EXPECT_EQ(check(with(1, 1, 3)),
            "RM5: coordinates[1] is 3, outside of 3 tile columns");
  EXPECT_EQ(check(with(1, 1, 0)),
            "RM5: coordinates[1] is 0, not above its predecessor 0");
  EXPECT_EQ(check(with<uint16_t>(3, 1, 1)),
            "RM6: tile 0 has 4 bits for 3 values");
  EXPECT_EQ(check(with<uint16_t>(3, 16, 1 << 1 | 1 << 8)),
            "RM7: row 0 of tile 1 has an entry beyond the shape 18 x 40");
  EXPECT_EQ(check(with<uint16_t>(3, 34, 1)),
            "RM7: row 2 of tile 2 has an entry beyond the shape 18 x 40");
}

// A tile that holds nothing is not stored.
TEST(RowMerge, EmptyTilesAreRefused) {
  PackedMatrix bad = with<uint16_t>(3, 33, 0);
  bad.fields[2].bytes[12] = std::byte(6);
  bad.fields[4].count = 6;
  bad.fields[4].bytes.resize(24);
  EXPECT_EQ(check(bad), "RM6: tile 2 has 0 bits for 0 values");
}

TEST(RowMerge, IndicesMustFit) {
  CooMatrix coo;
  coo.rows = 1;
  coo.cols = 16 * 257;
  coo.add(0, 16 * 256, 1);
  PackOptions options;
  options.positionWidth = options.coordinateWidth = 8;
  EXPECT_EQ(pack(coo, rowMergeFormat(), {}, options).message(),
            "the coordinate 256 does not fit 8 bits, whose largest value is "
            "255");
}

// Tiles counted by a set; the matrix comes back exactly.
TEST(RowMerge, SharedMatrices) {
  std::string dir = dataDir();
  if (dir.empty())
    GTEST_SKIP() << "no shared data; set SPARSEGPU_DATA to its folder";
  for (const char *file : {"cora.mtx.gz", "bcsstk13.mtx.gz", "bayer10.mtx.gz",
                           "mbeacxc.mtx.gz", "lp_e226.mtx"}) {
    SCOPED_TRACE(file);
    Expected<MatrixFile> loaded = readMatrix(dir + "/" + file);
    ASSERT_TRUE(loaded.ok()) << loaded.message();
    const CooMatrix &coo = loaded->matrix;
    std::set<std::pair<int64_t, int64_t>> tiles;
    for (size_t i = 0; i < coo.row.size(); ++i)
      tiles.insert({coo.row[i] / 16, coo.col[i] / 16});
    PackOptions options;
    options.valueType = ElementType::F64;
    Expected<PackedMatrix> packed = pack(coo, rowMergeFormat(), {}, options);
    ASSERT_TRUE(packed.ok()) << packed.message();
    EXPECT_EQ(packed->fields[1].count, static_cast<int64_t>(tiles.size()));
    CooMatrix expected =
        *unpack(*pack(coo, csrFormat(), {}, options), csrFormat());
    Expected<CooMatrix> back = unpack(*packed, rowMergeFormat());
    ASSERT_TRUE(back.ok()) << back.message();
    EXPECT_EQ(back->row, expected.row);
    EXPECT_EQ(back->col, expected.col);
    EXPECT_EQ(back->value, expected.value);
  }
}

} // namespace
