//===- CondensedPermutedTest.cpp - Condensed tiles with an order of the rows
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PackedTestUtils.h"
#include "SparseGPU/Formats/CondensedTiles.h"
#include "SparseGPU/Formats/Container.h"
#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Formats/Reordering.h"
#include "TestUtils.h"

#include <algorithm>
#include <numeric>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

namespace {

std::vector<int64_t> shuffledOrder(int64_t count, uint64_t seed) {
  CounterHash random(seed);
  std::vector<int64_t> order(static_cast<size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  for (size_t i = order.size(); i-- > 1;)
    std::swap(order[i], order[random.below(i, i + 1)]);
  return order;
}

PackOptions options32() {
  PackOptions options;
  options.positionWidth = options.coordinateWidth = 32;
  return options;
}

/// The fields but the order are those of the reordered matrix, and the matrix
/// comes back as it was.
TEST(CondensedPermuted, RandomMatrices) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    CounterHash random(seed, 1);
    auto below = [&](uint64_t i, uint64_t bound) {
      return static_cast<int64_t>(random.below(i, bound));
    };
    int64_t rows = 1 + below(0, 60), cols = 1 + below(1, 60);
    CooMatrix coo = randomCoo(rows, cols, below(2, 400), seed);
    std::vector<int64_t> parameters = {below(3, 4), 1 + below(4, 16),
                                       1 + below(5, 16), 1};
    PackOptions options = options32();
    options.rowPermutation = shuffledOrder(rows, seed);
    Expected<PackedMatrix> packed =
        pack(coo, condensedTilesFormat(), parameters, options);
    ASSERT_TRUE(packed.ok()) << packed.message();
    EXPECT_EQ(packed->parameters, parameters);
    std::vector<int32_t> order = elementsOf<int32_t>(packed->fields.back());
    int64_t window = parameters[1];
    ASSERT_EQ(static_cast<int64_t>(order.size()),
              (rows + window - 1) / window * window);
    for (int64_t i = 0; i < static_cast<int64_t>(order.size()); ++i)
      EXPECT_EQ(order[i], i < rows ? options.rowPermutation[i] : i);

    Expected<CooMatrix> reordered = permute(coo, options.rowPermutation, {});
    ASSERT_TRUE(reordered.ok());
    parameters[3] = 0;
    Expected<PackedMatrix> plain =
        pack(*reordered, condensedTilesFormat(), parameters, options32());
    ASSERT_TRUE(plain.ok()) << plain.message();
    ASSERT_EQ(plain->fields.size() + 1, packed->fields.size());
    for (size_t f = 0; f < plain->fields.size(); ++f)
      EXPECT_EQ(plain->fields[f].bytes, packed->fields[f].bytes);
    EXPECT_EQ(plain->explicitZeros, packed->explicitZeros);

    Expected<CooMatrix> back = unpack(*packed, condensedTilesFormat());
    ASSERT_TRUE(back.ok()) << back.message();
    PackedMatrix expected = *packCsr(coo);
    EXPECT_EQ(back->entries(), expected.nnz);
    EXPECT_EQ(meaning(*back), meaning(*unpackCsr(expected)));
    EXPECT_TRUE(std::is_sorted(back->row.begin(), back->row.end()));
  }
}

// Without an order the rows are clustered.
TEST(CondensedPermuted, FewerTiles) {
  CooMatrix coo;
  coo.rows = 64;
  coo.cols = 64;
  // Rows r and r + 4 have the same columns.
  for (int64_t r = 0; r < 64; ++r)
    for (int64_t c = 0; c < 8; ++c)
      coo.add(r, r % 4 * 16 + c, 1);
  auto tiles = [&](int64_t permuted) {
    Expected<PackedMatrix> packed =
        pack(coo, condensedTilesFormat(), {2, 16, 8, permuted}, options32());
    EXPECT_TRUE(packed.ok()) << packed.message();
    return packed->find("tiles")->count - 1;
  };
  EXPECT_EQ(tiles(0), 16);
  EXPECT_EQ(tiles(1), 4);
}

// Which fields there are depends on the layout.
TEST(CondensedPermuted, Containers) {
  CooMatrix coo = randomCoo(37, 29, 200, 3);
  for (int64_t layout = 0; layout < 4; ++layout)
    for (int64_t permuted : {0, 1}) {
      PackedMatrix packed = *pack(coo, condensedTilesFormat(),
                                  {layout, 8, 4, permuted}, options32());
      Expected<std::string> content =
          formatContainer(packed, condensedTilesFormat());
      ASSERT_TRUE(content.ok()) << content.message();
      Expected<PackedMatrix> back = parsePacked(*content, "x");
      ASSERT_TRUE(back.ok()) << back.message();
      EXPECT_EQ(back->parameters, packed.parameters);
      ASSERT_EQ(back->fields.size(), packed.fields.size());
      for (size_t f = 0; f < packed.fields.size(); ++f)
        EXPECT_EQ(back->fields[f].bytes, packed.fields[f].bytes);
      EXPECT_EQ(condensedTilesFormat().check(*back).message(), "");
    }
}

TEST(CondensedPermuted, Errors) {
  CooMatrix coo = randomCoo(5, 6, 12, 1);
  PackOptions options = options32();
  auto message = [&](std::vector<int64_t> order, int64_t permuted = 1) {
    options.rowPermutation = std::move(order);
    return pack(coo, condensedTilesFormat(), {2, 4, 8, permuted}, options)
        .message();
  };
  EXPECT_EQ(message({4, 3, 2, 1, 0}), "");
  EXPECT_EQ(message({4, 3, 2, 1, 0, 7, 6, 5}), "");
  EXPECT_EQ(message({4, 3, 2, 1, 0}, 0),
            "format 'condensed_tiles' stores no permutation of the rows");
  EXPECT_EQ(message({4, 3, 2, 5, 0, 1, 6, 7}),
            "element 3 of the permutation of rows is 5, which is no row; these "
            "come last");
  EXPECT_EQ(message({4, 3, 2, 2, 0}),
            "row 2 occurs twice in the permutation of rows");
  EXPECT_EQ(message({1}),
            "a permutation of 5 rows in groups of 4 has 5 or 8 elements, this "
            "one has 1");
}

TEST(CondensedPermuted, Invariants) {
  CooMatrix coo = randomCoo(5, 6, 12, 1);
  PackedMatrix good =
      *pack(coo, condensedTilesFormat(), {1, 4, 8, 1}, options32());
  auto check = [&](auto &&damage) {
    PackedMatrix bad = good;
    damage(bad.fields.back());
    return condensedTilesFormat().check(bad).message();
  };
  EXPECT_EQ(check([](Field &) {}), "");
  EXPECT_EQ(check([](Field &field) { resizeField(field, 5); }).substr(0, 5),
            "CT8: ");
  EXPECT_EQ(check([](Field &field) {
              setElement<int32_t>(field, 0, elementsOf<int32_t>(field)[1]);
            }).substr(0, 8),
            "CT8: row");
  EXPECT_EQ(check([](Field &field) { setElement<int32_t>(field, 2, 8); }),
            "CT8: element 2 of the permutation of rows is 8, expected 0 to 7");
  EXPECT_EQ(check([](Field &field) {
              auto order = elementsOf<int32_t>(field);
              setElement<int32_t>(field, 1, order[7]);
              setElement<int32_t>(field, 7, order[1]);
            }),
            "CT8: row_permutation[1] is 7, which is no row; these come last");
}

} // namespace
