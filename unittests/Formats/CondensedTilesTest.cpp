//===- CondensedTilesTest.cpp - Packing and checking condensed tiles
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/CondensedTiles.h"
#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Formats/MatrixFile.h"
#include "SparseGPU/Support/FileIO.h"
#include "SparseGPU/Support/Strings.h"
#include "TestUtils.h"

#include <gtest/gtest.h>
#include <set>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

namespace {

constexpr auto tcf = static_cast<int64_t>(CondensedLayout::TCF);
constexpr auto meTcf = static_cast<int64_t>(CondensedLayout::METCF);
constexpr auto bitTcf = static_cast<int64_t>(CondensedLayout::BitTCF);
constexpr auto meBcrs = static_cast<int64_t>(CondensedLayout::MEBCRS);

PackedMatrix packAs(const CooMatrix &coo, int64_t layout, int64_t window,
                    int64_t tile) {
  PackOptions options;
  options.positionWidth = options.coordinateWidth = 32;
  Expected<PackedMatrix> packed =
      pack(coo, condensedTilesFormat(), {layout, window, tile, 0}, options);
  EXPECT_TRUE(packed.ok()) << packed.message();
  return *std::move(packed);
}

/// The matrix of docs/Formats/CondensedTiles.md: 3 x 7, windows of 2 rows,
/// tiles of 2 columns.
PackedMatrix example(int64_t layout) {
  CooMatrix coo;
  coo.rows = 3;
  coo.cols = 7;
  coo.add(0, 1, 1);
  coo.add(0, 6, 2);
  coo.add(1, 1, 3);
  coo.add(1, 4, 4);
  coo.add(2, 5, 5);
  return packAs(coo, layout, 2, 2);
}

template <typename T> std::vector<T> elements(const Field &field) {
  EXPECT_EQ(field.bytes.size(), static_cast<size_t>(field.count) * sizeof(T));
  std::vector<T> result(static_cast<size_t>(field.count));
  std::copy(field.bytes.begin(), field.bytes.end(),
            reinterpret_cast<std::byte *>(result.data()));
  return result;
}

using Ints = std::vector<int32_t>;
using Floats = std::vector<float>;

/// `packed` with element `i` of a field replaced.
template <typename T>
PackedMatrix with(PackedMatrix packed, size_t field, size_t i, T value) {
  std::memcpy(packed.fields[field].bytes.data() + i * sizeof(T), &value,
              sizeof(T));
  return packed;
}

/// `packed` with `count` elements in a field.
PackedMatrix resized(PackedMatrix packed, size_t field, int64_t count) {
  Field &f = packed.fields[field];
  f.count = count;
  f.bytes.resize(static_cast<size_t>(count) * byteSize(f.type));
  return packed;
}

std::string check(const PackedMatrix &packed) {
  return condensedTilesFormat().check(packed).message();
}

TEST(CondensedTiles, PacksAnExample) {
  PackedMatrix packed = example(tcf);
  EXPECT_EQ(elements<int32_t>(packed.fields[0]), (Ints{0, 2, 4, 5}));
  EXPECT_EQ(elements<int32_t>(packed.fields[1]), (Ints{2, 1}));
  EXPECT_EQ(elements<int32_t>(packed.fields[2]), (Ints{1, 6, 1, 4, 5}));
  EXPECT_EQ(elements<int32_t>(packed.fields[3]), (Ints{0, 2, 0, 1, 0}));
  EXPECT_EQ(elements<int32_t>(packed.fields[4]), (Ints{0, 0, 1, 1, 0}));
  EXPECT_EQ(elements<float>(packed.fields[5]), (Floats{1, 2, 3, 4, 5}));

  packed = example(meTcf);
  EXPECT_EQ(elements<int32_t>(packed.fields[0]), (Ints{0, 2, 3}));
  EXPECT_EQ(elements<int32_t>(packed.fields[1]), (Ints{0, 3, 4, 5}));
  EXPECT_EQ(elements<int32_t>(packed.fields[2]), (Ints{1, 4, 6, 6, 5, 5}));
  EXPECT_EQ(elements<uint8_t>(packed.fields[3]),
            (std::vector<uint8_t>{0, 2, 3, 0, 0}));
  EXPECT_EQ(elements<float>(packed.fields[4]), (Floats{1, 3, 4, 2, 5}));

  packed = example(bitTcf);
  EXPECT_EQ(elements<uint64_t>(packed.fields[3]),
            (std::vector<uint64_t>{0b1101, 0b0001, 0b0001}));
  EXPECT_EQ(elements<float>(packed.fields[4]), (Floats{1, 3, 4, 2, 5}));

  packed = example(meBcrs);
  EXPECT_EQ(elements<int32_t>(packed.fields[0]), (Ints{0, 3, 4}));
  EXPECT_EQ(elements<int32_t>(packed.fields[1]), (Ints{1, 4, 6, 5}));
  EXPECT_EQ(elements<float>(packed.fields[2]),
            (Floats{1, 0, 3, 4, 2, 0, 5, 0}));
}

TEST(CondensedTiles, BitmapsOfSeveralWords) {
  CooMatrix coo;
  coo.rows = 16;
  coo.cols = 9;
  for (int64_t r = 0; r < 16; ++r)
    for (int64_t c = 0; c < 9; ++c)
      if ((r * 9 + c) % 5 == 0 || c == 8)
        coo.add(r, c, static_cast<double>(r * 9 + c));
  PackedMatrix packed = packAs(coo, bitTcf, 16, 8);
  std::vector<uint64_t> expected(4);
  for (size_t i = 0; i < coo.row.size(); ++i) {
    int64_t bit = coo.row[i] * 8 + coo.col[i] % 8;
    expected[static_cast<size_t>(coo.col[i] / 8 * 2 + bit / 64)] |=
        uint64_t(1) << (bit % 64);
  }
  EXPECT_EQ(elements<uint64_t>(packed.fields[3]), expected);
}

// Windows and tiles are found here by sets, and compared with all layouts;
// sizes are the papers', in words of 32 bits, values apart.
TEST(CondensedTiles, SizesFollowTheFormulas) {
  for (auto size : {std::tuple(100, 70, 0.05), std::tuple(333, 1000, 0.01),
                    std::tuple(1, 1, 1.0), std::tuple(64, 64, 0.0)}) {
    int64_t rows = std::get<0>(size), cols = std::get<1>(size);
    double density = std::get<2>(size);
    CooMatrix coo;
    coo.rows = rows;
    coo.cols = cols;
    CounterHash hash(static_cast<uint64_t>(rows));
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t c = 0; c < cols; ++c)
        if (static_cast<double>(hash.below(static_cast<uint64_t>(r * cols + c),
                                           1 << 20)) < density * (1 << 20))
          coo.add(r, c, 1);
    auto nnz = coo.entries();
    auto tilesOf = [&](int64_t window, int64_t tile) {
      std::vector<std::set<int64_t>> sets(
          static_cast<size_t>((rows + window - 1) / window));
      for (size_t i = 0; i < coo.row.size(); ++i)
        sets[static_cast<size_t>(coo.row[i] / window)].insert(coo.col[i]);
      int64_t count = 0;
      for (const auto &set : sets)
        count += (static_cast<int64_t>(set.size()) + tile - 1) / tile;
      return count;
    };
    auto bytesOf = [&](int64_t layout, int64_t window, int64_t tile) {
      PackedMatrix packed = packAs(coo, layout, window, tile);
      return packed.byteSize() -
             static_cast<int64_t>(packed.fields.back().bytes.size());
    };
    int64_t windows16 = (rows + 15) / 16, windows8 = (rows + 7) / 8;
    EXPECT_EQ(bytesOf(tcf, 16, 8), 4 * (windows16 + rows + 1 + 3 * nnz));
    EXPECT_EQ(bytesOf(meTcf, 16, 8),
              4 * (windows16 + 9 * tilesOf(16, 8) + 2) + nnz);
    EXPECT_EQ(bytesOf(bitTcf, 8, 8), 4 * (windows8 + 11 * tilesOf(8, 8) + 2));
    EXPECT_EQ(bytesOf(meBcrs, 8, 1), 4 * (windows8 + 1 + tilesOf(8, 1)));
    EXPECT_EQ(packAs(coo, meBcrs, 8, 8).fields[2].count, 8 * tilesOf(8, 1));
  }
}

TEST(CondensedTiles, EachInvariantIsChecked) {
  for (int64_t layout : {tcf, meTcf, bitTcf, meBcrs})
    EXPECT_EQ(check(example(layout)), "");
  PackedMatrix bad = example(bitTcf);
  bad.format = "csr";
  EXPECT_EQ(check(bad), "CT1: a matrix packed as 'csr' is not one of format "
                        "'condensed_tiles'");
  bad = example(bitTcf);
  bad.parameters[0] = meTcf;
  EXPECT_EQ(check(bad),
            "CT1: field 3 of format 'condensed_tiles' is 'ids', found "
            "'bitmaps'");
  bad.parameters[0] = 4;
  EXPECT_EQ(check(bad), "CT1: parameter 'layout' of format 'condensed_tiles' "
                        "is 0 to 3 (tcf, me_tcf, bit_tcf, me_bcrs), got 4");
  bad = example(bitTcf);
  bad.rows = 5;
  EXPECT_EQ(check(bad), "CT2: windows has 3 elements, expected 4");
  EXPECT_EQ(check(with(example(meTcf), 0, 0, 1)),
            "CT2: windows[0] is 1, expected 0");
  EXPECT_EQ(check(with(example(meTcf), 0, 1, 4)),
            "CT2: windows[2] is 3, below windows[1] = 4");
  EXPECT_EQ(check(with(example(meTcf), 0, 2, 2)),
            "CT2: windows ends with 2, expected 3");
  EXPECT_EQ(check(with(example(meTcf), 1, 3, 6)),
            "CT3: tiles ends with 6, expected 5");
  EXPECT_EQ(check(resized(example(meTcf), 2, 7)),
            "CT4: columns has 7 elements, expected 6");
  EXPECT_EQ(check(resized(example(meTcf), 3, 6)),
            "CT4: ids has 6 elements, expected 5");
  EXPECT_EQ(check(resized(example(bitTcf), 3, 6)),
            "CT4: bitmaps has 6 elements, expected 3");
  EXPECT_EQ(check(with(example(meTcf), 2, 1, 7)),
            "CT5: columns[1] is 7, outside of 7 columns");
  EXPECT_EQ(check(with(example(meTcf), 2, 1, 1)),
            "CT5: columns[1] is 1, not above its predecessor 1");
  EXPECT_EQ(check(with(example(meTcf), 2, 3, 2)),
            "CT5: columns[3] is 2, not above its predecessor 6");
  EXPECT_EQ(check(with<uint8_t>(example(meTcf), 3, 1, 4)),
            "CT6: tile 0 has an entry with id 4, expected less than 4");
  EXPECT_EQ(check(with<uint8_t>(example(meTcf), 3, 1, 0)),
            "CT6: tile 0 has id 0, not above its predecessor 0");
  EXPECT_EQ(check(with<uint64_t>(example(bitTcf), 3, 1, 3)),
            "CT6: the bitmap of tile 1 has 2 bits for 1 entries");
  EXPECT_EQ(check(with<uint64_t>(example(bitTcf), 3, 1, 16)),
            "CT6: tile 1 has an entry with id 4, expected less than 4");
  // Column 1 of tile 1 fills up; row 1 of tile 2 is beyond the last row.
  EXPECT_EQ(check(with<uint8_t>(example(meTcf), 3, 3, 1)),
            "CT7: tile 1 has an entry at (0, 1), beyond the last row or "
            "column");
  EXPECT_EQ(check(with<uint64_t>(example(bitTcf), 3, 2, 4)),
            "CT7: tile 2 has an entry at (1, 0), beyond the last row or "
            "column");
}

TEST(CondensedTiles, InvariantsOfTcf) {
  EXPECT_EQ(check(with(example(tcf), 0, 3, 4)),
            "CT2: positions ends with 4, expected 5");
  EXPECT_EQ(check(resized(example(tcf), 1, 3)),
            "CT3: tiles has 3 elements, expected 2");
  EXPECT_EQ(check(with(example(tcf), 1, 0, 3)),
            "CT3: tiles[0] is 3, expected 2");
  for (size_t field : {2, 3, 4})
    EXPECT_NE(check(resized(example(tcf), field, 4)).find("CT4: "),
              std::string::npos);
  EXPECT_EQ(check(with(example(tcf), 2, 1, 7)),
            "CT5: coordinates[1] is 7, outside of 7 columns");
  EXPECT_EQ(check(with(example(tcf), 2, 3, 0)),
            "CT5: coordinates[3] in row 1 is 0, not above its predecessor 1");
  EXPECT_EQ(check(with(example(tcf), 3, 1, 1)),
            "CT6: condensed[1] and local_rows[1] are 1 and 0, not the place of "
            "the entry in window 0");
  EXPECT_EQ(check(with(example(tcf), 4, 4, 1)),
            "CT6: condensed[4] and local_rows[4] are 0 and 1, not the place of "
            "the entry in window 1");
}

TEST(CondensedTiles, InvariantsOfMeBcrs) {
  EXPECT_EQ(check(with(example(meBcrs), 0, 2, 3)),
            "CT2: positions ends with 3, expected 4");
  EXPECT_EQ(check(resized(example(meBcrs), 2, 9)),
            "CT4: values has 9 elements, expected 8");
  EXPECT_EQ(check(with(example(meBcrs), 1, 3, 7)),
            "CT5: coordinates[3] is 7, outside of 7 columns");
  EXPECT_EQ(check(with(example(meBcrs), 1, 1, 1)),
            "CT5: coordinates[1] is 1, not above its predecessor 1");
  EXPECT_EQ(check(with<float>(example(meBcrs), 2, 7, 1)),
            "CT7: vector 3 is not zero in row 1, beyond the last row");
}

TEST(CondensedTiles, IndicesMustFit) {
  CooMatrix coo;
  coo.rows = 1;
  coo.cols = 1000;
  coo.add(0, 256, 1);
  PackOptions options;
  options.positionWidth = options.coordinateWidth = 8;
  for (int64_t layout : {tcf, meTcf, bitTcf, meBcrs})
    EXPECT_EQ(pack(coo, condensedTilesFormat(), {layout, 16, 8, 0}, options)
                  .message(),
              "the coordinate 256 does not fit 8 bits, whose largest value is "
              "255");
}

/// Tiles of a matrix, as bitmaps count them.
int64_t countTiles(const CooMatrix &coo, int64_t window, int64_t tile) {
  return packAs(coo, bitTcf, window, tile).fields[1].count - 1;
}

TEST(CondensedTiles, PublishedTileCounts) {
  std::string dir = dataDir();
  if (dir.empty())
    GTEST_SKIP() << "no shared data; set SPARSEGPU_DATA to its folder";
  struct Case {
    const char *file;
    int64_t nnz, narrow, wide;
  };
  for (const Case &c : {Case{"cora.mtx.gz", 13264, 1586, 835},
                        Case{"p2p-Gnutella31.mtx.gz", 147892, 20144, 11060}}) {
    Expected<MatrixFile> loaded = readMatrix(dir + "/" + c.file);
    ASSERT_TRUE(loaded.ok()) << loaded.message();
    EXPECT_EQ(loaded->matrix.entries(), c.nnz);
    EXPECT_EQ(countTiles(loaded->matrix, 16, 8), c.narrow) << c.file;
    EXPECT_EQ(countTiles(loaded->matrix, 16, 16), c.wide) << c.file;
  }
}

// "blocks" of the manifest are the tiles of 16 x 8, counted by other software.
// Each layout holds each matrix exactly.
TEST(CondensedTiles, SharedMatricesMatchTheManifest) {
  std::string dir = dataDir();
  if (dir.empty())
    GTEST_SKIP() << "no shared data; set SPARSEGPU_DATA to its folder";
  Expected<std::string> manifest = readFile(dir + "/manifest.json");
  ASSERT_TRUE(manifest.ok()) << manifest.message();
  int compared = 0;
  for (std::string_view object : split(*manifest, '{')) {
    std::string file = jsonValue(object, "setfile");
    if (file.empty() || jsonValue(object, "field") == "complex")
      continue;
    SCOPED_TRACE(file);
    Expected<MatrixFile> loaded =
        readMatrix(dir + "/" + file.substr(file.find('/') + 1));
    ASSERT_TRUE(loaded.ok()) << loaded.message();
    PackedMatrix packed = packAs(loaded->matrix, bitTcf, 16, 8);
    EXPECT_EQ(std::to_string(packed.fields[1].count - 1),
              jsonValue(object, "blocks"));
    ++compared;
    if (packed.nnz > 700000)
      continue;
    PackOptions options;
    options.valueType = ElementType::F64;
    CooMatrix expected =
        *unpack(*pack(loaded->matrix, csrFormat(), {}, options), csrFormat());
    for (int64_t layout : {tcf, meTcf, bitTcf, meBcrs}) {
      Expected<CooMatrix> back =
          unpack(*pack(loaded->matrix, condensedTilesFormat(),
                       {layout, 16, 8, 0}, options),
                 condensedTilesFormat());
      ASSERT_TRUE(back.ok()) << back.message();
      EXPECT_EQ(back->row, expected.row);
      EXPECT_EQ(back->col, expected.col);
      EXPECT_EQ(back->value, expected.value);
    }
  }
  EXPECT_EQ(compared, 38);
}

} // namespace
