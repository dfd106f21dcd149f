//===- CAPITest.cpp - The C interface of the packers
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/CAPI.h"
#include "TestUtils.h"

#include <gtest/gtest.h>
#include <memory>
#include <string>

using namespace sparsegpu;
using namespace sparsegpu::test;

using Handle = std::unique_ptr<sparsegpu_matrix, void (*)(sparsegpu_matrix *)>;

static Handle makeHandle() {
  return Handle(sparsegpu_matrix_create(), sparsegpu_matrix_destroy);
}

TEST(CAPI, ReadsPacksAndGivesFields) {
  TempDir dir;
  std::string path =
      dir.write("a.mtx", "%%MatrixMarket matrix coordinate real general\n"
                         "3 4 4\n3 1 1.5\n1 4 2\n1 1 3\n1 4 4\n");
  Handle m = makeHandle();
  ASSERT_TRUE(m);
  ASSERT_EQ(sparsegpu_matrix_read(m.get(), path.c_str()), 0)
      << sparsegpu_matrix_last_error(m.get());
  EXPECT_EQ(sparsegpu_matrix_rows(m.get()), 3);
  EXPECT_EQ(sparsegpu_matrix_cols(m.get()), 4);
  EXPECT_EQ(sparsegpu_matrix_entries(m.get()), 4);
  EXPECT_EQ(sparsegpu_matrix_num_fields(m.get()), 0);
  EXPECT_EQ(sparsegpu_matrix_nnz(m.get()), 0);

  ASSERT_EQ(sparsegpu_matrix_pack(m.get(), "csr", 32, 16, "f32"), 0)
      << sparsegpu_matrix_last_error(m.get());
  EXPECT_EQ(sparsegpu_matrix_nnz(m.get()), 3);
  ASSERT_EQ(sparsegpu_matrix_num_fields(m.get()), 3);
  EXPECT_STREQ(sparsegpu_matrix_field_name(m.get(), 0), "positions");
  EXPECT_STREQ(sparsegpu_matrix_field_name(m.get(), 1), "coordinates");
  EXPECT_STREQ(sparsegpu_matrix_field_name(m.get(), 2), "values");
  EXPECT_STREQ(sparsegpu_matrix_field_type(m.get(), 0), "i32");
  EXPECT_STREQ(sparsegpu_matrix_field_type(m.get(), 1), "i16");
  EXPECT_STREQ(sparsegpu_matrix_field_type(m.get(), 2), "f32");
  EXPECT_EQ(sparsegpu_matrix_field_count(m.get(), 0), 4);
  EXPECT_EQ(sparsegpu_matrix_field_count(m.get(), 1), 3);
  auto *positions =
      static_cast<uint32_t *>(sparsegpu_matrix_field_data(m.get(), 0));
  auto *coordinates =
      static_cast<uint16_t *>(sparsegpu_matrix_field_data(m.get(), 1));
  auto *values = static_cast<float *>(sparsegpu_matrix_field_data(m.get(), 2));
  EXPECT_EQ(std::vector<uint32_t>(positions, positions + 4),
            (std::vector<uint32_t>{0, 2, 2, 3}));
  EXPECT_EQ(std::vector<uint16_t>(coordinates, coordinates + 3),
            (std::vector<uint16_t>{0, 3, 0}));
  EXPECT_EQ(std::vector<float>(values, values + 3),
            (std::vector<float>{3, 6, 1.5}));

  for (int field : {-1, 3}) {
    EXPECT_EQ(sparsegpu_matrix_field_name(m.get(), field), nullptr);
    EXPECT_EQ(sparsegpu_matrix_field_type(m.get(), field), nullptr);
    EXPECT_EQ(sparsegpu_matrix_field_count(m.get(), field), 0);
    EXPECT_EQ(sparsegpu_matrix_field_data(m.get(), field), nullptr);
  }
}

TEST(CAPI, SetsTriplets) {
  Handle m = makeHandle();
  const int64_t row[] = {1, 0}, col[] = {0, 1};
  const double value[] = {2, 3};
  ASSERT_EQ(sparsegpu_matrix_set(m.get(), 2, 2, 2, row, col, value), 0);
  ASSERT_EQ(sparsegpu_matrix_pack(m.get(), "csr", 0, 64, "f64"), 0);
  EXPECT_STREQ(sparsegpu_matrix_field_type(m.get(), 0), "index");
  EXPECT_STREQ(sparsegpu_matrix_field_type(m.get(), 1), "i64");
  EXPECT_EQ(static_cast<double *>(sparsegpu_matrix_field_data(m.get(), 2))[0],
            3);
  // Replacing the matrix drops what was packed.
  ASSERT_EQ(sparsegpu_matrix_set(m.get(), 5, 5, 0, nullptr, nullptr, nullptr),
            0);
  EXPECT_EQ(sparsegpu_matrix_num_fields(m.get()), 0);
  EXPECT_EQ(sparsegpu_matrix_rows(m.get()), 5);
}

TEST(CAPI, ErrorsBelongToTheHandle) {
  Handle m = makeHandle(), other = makeHandle();
  const int64_t row[] = {1}, col[] = {300};
  const double value[] = {0.5};
  EXPECT_STREQ(sparsegpu_matrix_last_error(m.get()), "");
  EXPECT_EQ(sparsegpu_matrix_read(m.get(), "/no/such/file"), -1);
  EXPECT_STREQ(sparsegpu_matrix_last_error(m.get()),
               "/no/such/file: cannot open: No such file or directory");
  EXPECT_STREQ(sparsegpu_matrix_last_error(other.get()), "");

  ASSERT_EQ(sparsegpu_matrix_set(m.get(), 2, 301, 1, row, col, value), 0);
  ASSERT_EQ(sparsegpu_matrix_pack(m.get(), "csr", 8, 16, "f16"), 0);
  // A failed call changes nothing.
  EXPECT_EQ(sparsegpu_matrix_pack(m.get(), "csr", 8, 8, "f16"), -1);
  EXPECT_STREQ(
      sparsegpu_matrix_last_error(m.get()),
      "the coordinate 300 does not fit 8 bits, whose largest value is 255");
  EXPECT_EQ(sparsegpu_matrix_set(m.get(), 1, 301, 1, row, col, value), -1);
  EXPECT_EQ(sparsegpu_matrix_set(m.get(), 1, 1, 1, nullptr, col, value), -1);
  EXPECT_STREQ(sparsegpu_matrix_last_error(m.get()),
               "an array of entries is null");
  EXPECT_EQ(sparsegpu_matrix_set(m.get(), 1, 1, -1, row, col, value), -1);
  EXPECT_EQ(sparsegpu_matrix_pack(m.get(), "jds", 8, 8, "f16"), -1);
  EXPECT_EQ(
      std::string(sparsegpu_matrix_last_error(m.get()))
          .rfind("format 'jds' is not known, expected one of: csr, csc, bsr, ",
                 0),
      0U);
  EXPECT_EQ(sparsegpu_matrix_pack(m.get(), "csr", 8, 16, "f8"), -1);
  EXPECT_STREQ(sparsegpu_matrix_last_error(m.get()),
               "value type 'f8' is not known");
  EXPECT_EQ(sparsegpu_matrix_pack(m.get(), nullptr, 8, 16, nullptr), -1);
  EXPECT_EQ(sparsegpu_matrix_read(m.get(), nullptr), -1);
  EXPECT_EQ(sparsegpu_matrix_rows(m.get()), 2);
  EXPECT_EQ(sparsegpu_matrix_num_fields(m.get()), 3);
  EXPECT_EQ(sparsegpu_matrix_field_count(m.get(), 1), 1);
}

TEST(CAPI, FormatsWithParameters) {
  Handle m = makeHandle();
  const int64_t row[] = {0, 2}, col[] = {1, 2};
  const double value[] = {3, 4};
  ASSERT_EQ(sparsegpu_matrix_set(m.get(), 3, 3, 2, row, col, value), 0);
  const int64_t block[] = {2, 2};
  ASSERT_EQ(sparsegpu_matrix_pack_with(m.get(), "bsr", 2, block, 32, 32, "f32"),
            0)
      << sparsegpu_matrix_last_error(m.get());
  EXPECT_EQ(sparsegpu_matrix_nnz(m.get()), 2);
  EXPECT_EQ(sparsegpu_matrix_field_count(m.get(), 2), 2 * 4);
  const int64_t tooLarge[] = {2, 1000};
  EXPECT_EQ(
      sparsegpu_matrix_pack_with(m.get(), "bsr", 2, tooLarge, 32, 32, "f32"),
      -1);
  EXPECT_STREQ(sparsegpu_matrix_last_error(m.get()),
               "parameter 'columns' of format 'bsr' is 1 to 128, got 1000");
  EXPECT_EQ(sparsegpu_matrix_pack_with(m.get(), "bsr", 1, block, 32, 32, "f32"),
            -1);
  EXPECT_EQ(
      sparsegpu_matrix_pack_with(m.get(), "bsr", 2, nullptr, 32, 32, "f32"),
      -1);
  // A failed call changes nothing else.
  EXPECT_EQ(sparsegpu_matrix_field_count(m.get(), 2), 2 * 4);
}

TEST(CAPI, UnpackIsTheInverseOfPack) {
  Handle m = makeHandle(), back = makeHandle();
  const int64_t row[] = {2, 0, 2}, col[] = {2, 1, 0};
  const double value[] = {4, 3, 0};
  for (const char *format :
       {"csr", "csc", "coo", "dcsr", "hyb", "sliced_ell"}) {
    ASSERT_EQ(sparsegpu_matrix_set(m.get(), 3, 3, 3, row, col, value), 0);
    ASSERT_EQ(sparsegpu_matrix_pack(m.get(), format, 32, 16, "f32"), 0)
        << sparsegpu_matrix_last_error(m.get());
    std::vector<const void *> data;
    std::vector<int64_t> counts;
    for (int i = 0; i < sparsegpu_matrix_num_fields(m.get()); ++i) {
      data.push_back(sparsegpu_matrix_field_data(m.get(), i));
      counts.push_back(sparsegpu_matrix_field_count(m.get(), i));
    }
    auto unpack = [&]() {
      return sparsegpu_matrix_unpack(back.get(), format, 0, nullptr, 32, 16,
                                     "f32", 3, 3, static_cast<int>(data.size()),
                                     data.data(), counts.data());
    };
    ASSERT_EQ(unpack(), 0) << sparsegpu_matrix_last_error(back.get());
    ASSERT_EQ(sparsegpu_matrix_entries(back.get()), 3) << format;
    EXPECT_EQ(sparsegpu_matrix_entry_rows(back.get())[2], 2);
    EXPECT_EQ(sparsegpu_matrix_entry_cols(back.get())[1], 0);
    EXPECT_EQ(sparsegpu_matrix_entry_values(back.get())[0], 3);
    // Storage that breaks an invariant is refused, and nothing changes.
    counts.back() -= 1;
    EXPECT_EQ(unpack(), -1) << format;
    EXPECT_EQ(sparsegpu_matrix_entries(back.get()), 3);
  }
  EXPECT_EQ(sparsegpu_matrix_unpack(back.get(), "csr", 0, nullptr, 32, 32,
                                    "f32", 3, 3, 3, nullptr, nullptr),
            -1);
  EXPECT_STREQ(sparsegpu_matrix_last_error(back.get()),
               "the fields of the storage are missing");
}

TEST(CAPI, PartsOfASum) {
  Handle m = makeHandle(), part = makeHandle();
  const int64_t row[] = {0, 0, 0, 1}, col[] = {0, 1, 2, 2};
  const double value[] = {1, 2, 3, 4};
  ASSERT_EQ(sparsegpu_matrix_set(m.get(), 2, 3, 4, row, col, value), 0);
  ASSERT_EQ(
      sparsegpu_matrix_split(m.get(), "first_entries", 2, 1, 1, part.get()), 0);
  EXPECT_EQ(sparsegpu_matrix_entries(part.get()), 3);
  ASSERT_EQ(sparsegpu_matrix_entries(m.get()), 1);
  EXPECT_EQ(sparsegpu_matrix_entry_cols(m.get())[0], 2);
  EXPECT_EQ(sparsegpu_matrix_entry_values(m.get())[0], 3);
  EXPECT_EQ(sparsegpu_matrix_rows(part.get()), 2);
  EXPECT_EQ(sparsegpu_matrix_split(m.get(), "some", 2, 1, 1, part.get()), -1);
  EXPECT_STREQ(sparsegpu_matrix_last_error(m.get()),
               "rule 'some' is not known, expected first_entries, long_rows or "
               "full_blocks");
  EXPECT_EQ(sparsegpu_matrix_split(m.get(), "long_rows", 2, 1, 1, m.get()), -1);
  EXPECT_EQ(
      sparsegpu_matrix_split(m.get(), "full_blocks", 101, 2, 2, part.get()),
      -1);
}

TEST(CAPI, NullHandles) {
  EXPECT_EQ(sparsegpu_matrix_read(nullptr, "x"), -1);
  EXPECT_STREQ(sparsegpu_matrix_last_error(nullptr), "the handle is null");
  EXPECT_EQ(sparsegpu_matrix_rows(nullptr), 0);
  EXPECT_EQ(sparsegpu_matrix_num_fields(nullptr), 0);
  EXPECT_EQ(sparsegpu_matrix_field_data(nullptr, 0), nullptr);
  sparsegpu_matrix_destroy(nullptr);
}
