//===- CsrTest.cpp - Packing and checking CSR
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Csr.h"
#include "TestUtils.h"

#include <cstring>
#include <gtest/gtest.h>
#include <limits>
#include <tuple>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

template <typename T> static std::vector<T> elements(const Field &field) {
  EXPECT_EQ(field.bytes.size(), static_cast<size_t>(field.count) * sizeof(T));
  std::vector<T> result(static_cast<size_t>(field.count));
  if (!result.empty())
    std::memcpy(result.data(), field.bytes.data(), field.bytes.size());
  return result;
}

TEST(Csr, FieldsAndTheirSizes) {
  const auto &fields = csrFields();
  EXPECT_EQ(fields[0].name, "positions");
  EXPECT_EQ(fields[1].name, "coordinates");
  EXPECT_EQ(fields[2].name, "values");
  EXPECT_EQ(fields[0].role, FieldRole::Positions);
  EXPECT_EQ(fields[1].role, FieldRole::Coordinates);
  EXPECT_EQ(fields[2].role, FieldRole::Values);
  EXPECT_EQ(fields[0].size, "rows + 1");
  EXPECT_EQ(csrFieldCounts(5, 9), (std::array<int64_t, 3>{6, 9, 9}));
  EXPECT_EQ(name(FieldRole::Coordinates), "coordinates");
}

TEST(Csr, PacksAnExample) {
  // The matrix of docs/Formats/CSR.md, entries in no order.
  CooMatrix coo;
  coo.rows = 4;
  coo.cols = 5;
  coo.add(3, 4, 6);
  coo.add(0, 3, 2);
  coo.add(3, 0, 4);
  coo.add(0, 1, 1);
  coo.add(1, 2, 3);
  coo.add(3, 2, 5);
  PackOptions options;
  options.positionWidth = 16;
  options.coordinateWidth = 8;
  options.valueType = ElementType::F64;
  Expected<PackedMatrix> packed = packCsr(coo, options);
  ASSERT_TRUE(packed.ok()) << packed.message();
  EXPECT_EQ(packed->format, "csr");
  EXPECT_EQ(packed->nnz, 6);
  EXPECT_EQ(packed->byteSize(), 5 * 2 + 6 * 1 + 6 * 8);
  ASSERT_EQ(packed->fields.size(), 3u);
  EXPECT_EQ(elements<uint16_t>(packed->fields[0]),
            (std::vector<uint16_t>{0, 2, 3, 3, 6}));
  EXPECT_EQ(elements<uint8_t>(packed->fields[1]),
            (std::vector<uint8_t>{1, 3, 2, 0, 2, 4}));
  EXPECT_EQ(elements<double>(packed->fields[2]),
            (std::vector<double>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(packed->find("coordinates"), &packed->fields[1]);
  EXPECT_EQ(packed->find("bitmap"), nullptr);
}

//===----------------------------------------------------------------------===//
// Round trips
//===----------------------------------------------------------------------===//

namespace {
struct Shape {
  const char *name;
  int64_t rows, cols, entries;
};
} // namespace

static const Shape shapes[] = {
    {"empty", 0, 0, 0},           {"no_rows", 0, 7, 0},
    {"no_columns", 7, 0, 0},      {"one", 1, 1, 1},
    {"no_entries", 13, 17, 0},    {"row", 1, 97, 40},
    {"column", 97, 1, 40},        {"odd", 13, 17, 60},
    {"mostly_empty", 101, 31, 9}, {"wide", 11, 251, 120},
    {"tall", 251, 11, 120},       {"dense", 12, 12, 250},
};

using RoundTripParams = std::tuple<Shape, ElementType>;

class CsrRoundTrip : public testing::TestWithParam<RoundTripParams> {};

static void checkRoundTrip(const CooMatrix &coo, const PackOptions &options) {
  Expected<PackedMatrix> packed = packCsr(coo, options);
  ASSERT_TRUE(packed.ok()) << packed.message();
  EXPECT_EQ(packed->fields[0].type, *indexType(options.positionWidth));
  EXPECT_EQ(packed->fields[1].type, *indexType(options.coordinateWidth));
  EXPECT_EQ(packed->fields[2].type, options.valueType);
  Expected<CsrView> view = viewCsr(*packed);
  ASSERT_TRUE(view.ok()) << view.message();
  EXPECT_EQ(checkCsr(*view).message(), "");

  Expected<CooMatrix> back = unpackCsr(*packed);
  ASSERT_TRUE(back.ok()) << back.message();
  EXPECT_EQ(back->rows, coo.rows);
  EXPECT_EQ(back->cols, coo.cols);
  Meaning expected = meaning(coo);
  EXPECT_EQ(back->row.size(), expected.size());
  EXPECT_EQ(meaning(*back), expected);
}

/// Every width of positions with every width of coordinates.
TEST_P(CsrRoundTrip, KeepsTheMeaning) {
  const auto &[shape, valueType] = GetParam();
  CooMatrix coo = randomCoo(shape.rows, shape.cols, shape.entries, 17);
  if (!isFloat(valueType))
    for (double &value : coo.value)
      value *= 8;
  PackOptions options;
  options.valueType = valueType;
  for (unsigned positionWidth : {0, 8, 16, 32, 64})
    for (unsigned coordinateWidth : {0, 8, 16, 32, 64}) {
      SCOPED_TRACE(testing::Message()
                   << positionWidth << " " << coordinateWidth);
      options.positionWidth = positionWidth;
      options.coordinateWidth = coordinateWidth;
      checkRoundTrip(coo, options);
    }
}

INSTANTIATE_TEST_SUITE_P(
    All, CsrRoundTrip,
    testing::Combine(testing::ValuesIn(shapes),
                     testing::Values(ElementType::F64, ElementType::F32,
                                     ElementType::F16, ElementType::BF16,
                                     ElementType::I16, ElementType::I32,
                                     ElementType::I64)),
    [](const testing::TestParamInfo<RoundTripParams> &info) {
      return std::string(std::get<0>(info.param).name) + "_" +
             std::string(name(std::get<1>(info.param)));
    });

TEST(Csr, OneFullRow) {
  CooMatrix coo;
  coo.rows = 5;
  coo.cols = 1000;
  for (int64_t c = 999; c >= 0; --c)
    coo.add(2, c, static_cast<double>(c));
  Expected<PackedMatrix> packed = packCsr(coo);
  ASSERT_TRUE(packed.ok()) << packed.message();
  EXPECT_EQ(elements<int64_t>(packed->fields[0]),
            (std::vector<int64_t>{0, 0, 0, 1000, 1000, 1000}));
  EXPECT_EQ(elements<int64_t>(packed->fields[1])[7], 7);
  EXPECT_EQ(elements<float>(packed->fields[2])[7], 7);
}

TEST(Csr, ManyMoreColumnsThanEntries) {
  // No array over the columns may be made: 2^50 of them.
  CooMatrix coo;
  coo.rows = 3;
  coo.cols = int64_t(1) << 50;
  coo.add(1, coo.cols - 1, 1e16);
  coo.add(1, 5, 2);
  coo.add(1, coo.cols - 1, -1e16);
  coo.add(1, coo.cols - 1, 1); // 1 when added in this order, 0 in others
  coo.add(1, 5, 8);
  Expected<PackedMatrix> packed = packCsr(coo);
  ASSERT_TRUE(packed.ok()) << packed.message();
  EXPECT_EQ(elements<int64_t>(packed->fields[1]),
            (std::vector<int64_t>{5, coo.cols - 1}));
  EXPECT_EQ(elements<float>(packed->fields[2]), (std::vector<float>{10, 1}));
}

//===----------------------------------------------------------------------===//
// Options
//===----------------------------------------------------------------------===//

/// Sums depend on the order: 1e16 + 1 + -1e16 is 0, 1e16 + -1e16 + 1 is 1.
TEST(Csr, SumsDuplicatesInTheOrderOfTheInput) {
  CooMatrix coo;
  coo.rows = coo.cols = 2;
  coo.add(1, 1, 9); // makes the input unsorted
  coo.add(0, 1, 1e16);
  coo.add(0, 1, -1e16);
  coo.add(0, 0, 5);
  coo.add(0, 1, 1);
  PackOptions options;
  options.valueType = ElementType::F64;
  Expected<PackedMatrix> packed = packCsr(coo, options);
  ASSERT_TRUE(packed.ok()) << packed.message();
  EXPECT_EQ(elements<double>(packed->fields[2]),
            (std::vector<double>{5, 1, 9}));

  options.duplicates = Duplicates::Refuse;
  EXPECT_EQ(packCsr(coo, options).message(),
            "there are several entries at (0, 1), counted from 0");
}

TEST(Csr, DropsZerosWhenAsked) {
  CooMatrix coo;
  coo.rows = 2;
  coo.cols = 3;
  coo.add(0, 0, 0);
  coo.add(0, 2, 1);
  coo.add(1, 1, 2);
  coo.add(1, 1, -2);
  coo.add(1, 2, -0.0);
  EXPECT_EQ(packCsr(coo)->nnz, 4);
  PackOptions options;
  options.dropZeros = true;
  Expected<PackedMatrix> packed = packCsr(coo, options);
  ASSERT_TRUE(packed.ok()) << packed.message();
  EXPECT_EQ(elements<int64_t>(packed->fields[0]),
            (std::vector<int64_t>{0, 1, 1}));
  EXPECT_EQ(elements<int64_t>(packed->fields[1]), (std::vector<int64_t>{2}));
}

TEST(Csr, WidthsHoldUnsignedNumbers) {
  CooMatrix coo;
  coo.rows = 1;
  coo.cols = 1000;
  for (int64_t c = 0; c < 255; ++c)
    coo.add(0, c, 1);
  PackOptions options;
  options.positionWidth = options.coordinateWidth = 8;
  Expected<PackedMatrix> packed = packCsr(coo, options);
  ASSERT_TRUE(packed.ok()) << packed.message();
  EXPECT_EQ(elements<uint8_t>(packed->fields[0])[1], 255);
  EXPECT_EQ(unpackCsr(*packed)->entries(), 255);

  coo.add(0, 255, 1);
  EXPECT_EQ(packCsr(coo, options).message(),
            "the position 256 does not fit 8 bits, whose largest value is 255");
  options.positionWidth = 16;
  EXPECT_EQ(packCsr(coo, options)->nnz, 256);
  coo.add(0, 999, 1);
  EXPECT_EQ(
      packCsr(coo, options).message(),
      "the coordinate 999 does not fit 8 bits, whose largest value is 255");
}

TEST(Csr, RefusesWidthsThatAreTooNarrow) {
  CooMatrix coo;
  coo.rows = 1;
  coo.cols = int64_t(1) << 33;
  coo.add(0, int64_t(1) << 32, 1);
  PackOptions options;
  options.coordinateWidth = 32;
  EXPECT_EQ(packCsr(coo, options).message(),
            "the coordinate 4294967296 does not fit 32 bits, whose largest "
            "value is 4294967295");
  coo.col[0] -= 1;
  EXPECT_TRUE(packCsr(coo, options).ok());
  options.coordinateWidth = 16;
  EXPECT_EQ(packCsr(coo, options).message(),
            "the coordinate 4294967295 does not fit 16 bits, whose largest "
            "value is 65535");
  CooMatrix many = randomCoo(300, 300, 70000, 3);
  many.row.resize(66000);
  many.col.resize(66000);
  many.value.resize(66000);
  for (size_t e = 0; e < many.row.size(); ++e) { // all places distinct
    many.row[e] = static_cast<int64_t>(e / 300);
    many.col[e] = static_cast<int64_t>(e % 300);
  }
  options.positionWidth = 16;
  EXPECT_EQ(packCsr(many, options).message(),
            "the position 66000 does not fit 16 bits, whose largest value is "
            "65535");
}

TEST(Csr, RefusesBadOptionsAndInput) {
  CooMatrix coo;
  coo.rows = coo.cols = 2;
  coo.add(1, 0, 300);
  PackOptions options;
  options.positionWidth = 12;
  EXPECT_EQ(packCsr(coo, options).message(),
            "a position width of 12 bits is not supported, expected 0, 8, 16, "
            "32 or 64");
  options = PackOptions();
  options.valueType = ElementType::Index;
  EXPECT_EQ(packCsr(coo, options).message(),
            "the value type 'index' is not supported");
  options.valueType = ElementType::I8;
  EXPECT_EQ(packCsr(coo, options).message(),
            "the value 300 at (1, 0), counted from 0, does not fit i8");

  coo.add(0, 2, 1);
  EXPECT_EQ(packCsr(coo).message(),
            "entry 1 at (0, 2) lies outside the 2 x 2 matrix");
  coo.row[1] = -1;
  coo.col[1] = 0;
  EXPECT_EQ(packCsr(coo).message(),
            "entry 1 at (-1, 0) lies outside the 2 x 2 matrix");
  coo.row.pop_back();
  EXPECT_EQ(packCsr(coo).message(),
            "there are 1 rows, 2 columns and 2 values for the entries");
  CooMatrix negative;
  negative.rows = -1;
  EXPECT_EQ(packCsr(negative).message(), "the shape -1 x 0 is negative");
}

TEST(Csr, RefusesShapesBeyondTheMemory) {
  CooMatrix coo;
  coo.cols = 1;
  for (int64_t rows : {int64_t(1) << 50, std::numeric_limits<int64_t>::max()}) {
    coo.rows = rows;
    std::string message = packCsr(coo).message();
    EXPECT_NE(message.find("field 'positions' would hold "), std::string::npos)
        << message;
    EXPECT_NE(message.find("more than the memory of this machine"),
              std::string::npos);
  }
}

TEST(Csr, HalfOverflowIsRefusedUnlessAllowed) {
  CooMatrix coo;
  coo.rows = coo.cols = 1;
  coo.add(0, 0, 1e6);
  PackOptions options;
  options.valueType = ElementType::F16;
  EXPECT_EQ(packCsr(coo, options).message(),
            "the value 1e+06 at (0, 0), counted from 0, does not fit f16");
  options.overflow = Overflow::Infinity;
  EXPECT_EQ(elements<uint16_t>(packCsr(coo, options)->fields[2])[0], 0x7c00);
}

//===----------------------------------------------------------------------===//
// Invariants
//===----------------------------------------------------------------------===//

namespace {
/// Storage with 64-bit indices that tests damage.
struct RawCsr {
  int64_t rows = 3, cols = 4;
  std::vector<int64_t> positions = {0, 2, 2, 4};
  std::vector<int64_t> coordinates = {1, 3, 0, 2};
  int64_t values = 4;

  std::string check() const {
    CsrView view;
    view.rows = rows;
    view.cols = cols;
    view.positions = positions.data();
    view.positionCount = static_cast<int64_t>(positions.size());
    view.coordinates = coordinates.data();
    view.coordinateCount = static_cast<int64_t>(coordinates.size());
    view.valueCount = values;
    return checkCsr(view).message();
  }
};
} // namespace

TEST(CheckCsr, NamesTheFirstViolatedInvariant) {
  EXPECT_EQ(RawCsr().check(), "");

  RawCsr raw;
  raw.rows = -1;
  EXPECT_EQ(raw.check(), "CSR1: the shape -1 x 4 is negative");

  raw = RawCsr();
  raw.rows = 4;
  EXPECT_EQ(raw.check(),
            "CSR2: positions has 4 elements, expected one more than the 4 "
            "rows");
  raw.rows = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(raw.check().substr(0, 5), "CSR2:");
  raw.rows = -0;
  raw.positions.clear();
  EXPECT_EQ(raw.check().substr(0, 5), "CSR2:");

  raw = RawCsr();
  raw.positions[0] = 1;
  EXPECT_EQ(raw.check(), "CSR3: positions[0] is 1, expected 0");

  raw = RawCsr();
  raw.positions[2] = 1;
  EXPECT_EQ(raw.check(), "CSR4: positions[2] is 1, below positions[1] = 2");
  raw.positions = {0, -5, 2, 4};
  EXPECT_EQ(raw.check(), "CSR4: positions[1] is -5, below positions[0] = 0");

  raw = RawCsr();
  raw.positions[3] = 5;
  EXPECT_EQ(raw.check(),
            "CSR5: positions[3] is 5, but there are 4 coordinates");
  raw.positions[3] = 3;
  EXPECT_EQ(raw.check(),
            "CSR5: positions[3] is 3, but there are 4 coordinates");

  raw = RawCsr();
  raw.values = 3;
  EXPECT_EQ(raw.check(), "CSR6: there are 3 values for 4 coordinates");

  raw = RawCsr();
  raw.coordinates[1] = 4;
  EXPECT_EQ(raw.check(),
            "CSR7: coordinates[1] in row 0 is 4, outside of 4 columns");
  raw.coordinates[1] = -1;
  EXPECT_EQ(raw.check(),
            "CSR7: coordinates[1] in row 0 is -1, outside of 4 columns");

  raw = RawCsr();
  raw.coordinates[3] = 0;
  EXPECT_EQ(raw.check(), "CSR8: coordinates[3] in row 2 is 0, not above its "
                         "predecessor 0");
  raw.coordinates = {1, 0, 2, 3};
  EXPECT_EQ(raw.check(), "CSR8: coordinates[1] in row 0 is 0, not above its "
                         "predecessor 1");
}

TEST(CheckCsr, RefusesFloatingPointIndices) {
  CsrView view;
  view.positionType = ElementType::F32;
  EXPECT_EQ(checkCsr(view).message(), "CSR1: positions of type f32 and "
                                      "coordinates of type index, expected "
                                      "integers");
}

TEST(CheckCsr, UnpackingChecks) {
  CooMatrix coo = randomCoo(5, 5, 9, 1);
  PackedMatrix packed = *packCsr(coo);
  PackedMatrix swapped = packed;
  std::swap(swapped.fields[0], swapped.fields[1]);
  EXPECT_EQ(unpackCsr(swapped).message(), "field 0 of a CSR matrix is "
                                          "'positions', found 'coordinates'");
  PackedMatrix missing = packed;
  missing.fields.pop_back();
  EXPECT_EQ(unpackCsr(missing).message(),
            "a CSR matrix has 3 fields, this one has 2");
  PackedMatrix shortened = packed;
  shortened.fields[2].bytes.pop_back();
  EXPECT_EQ(unpackCsr(shortened).message().substr(0, 18), "field 'values' has");
  PackedMatrix damaged = packed;
  damaged.fields[0].bytes[0] = std::byte(1);
  EXPECT_EQ(unpackCsr(damaged).message().substr(0, 5), "CSR3:");
}
