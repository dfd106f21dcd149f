//===- FormatsTest.cpp - What holds for every format
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Goes over allFormats(): a new format is tested here without a line of its
// own. Its invariants and its storage of an example have tests of their own.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Csr.h"
#include "TestUtils.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <numeric>
#include <optional>
#include <set>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

namespace {

/// A sequence of numbers that follow from a seed.
class Random {
public:
  explicit Random(uint64_t seed) : numbers(seed) {}
  int64_t below(int64_t bound) {
    return static_cast<int64_t>(
        numbers.below(count++, static_cast<uint64_t>(bound)));
  }

private:
  CounterHash numbers;
  uint64_t count = 0;
};

/// A random matrix of a random shape; about one value in eight is zero. Shapes
/// and densities that formats find difficult are likely: nothing at all, one
/// row, one column, everything, empty rows.
CooMatrix makeMatrix(uint64_t seed) {
  Random random(seed);
  CooMatrix coo;
  auto size = [&]() -> int64_t {
    switch (random.below(6)) {
    case 0:
      return 1;
    case 1:
      return random.below(3);
    case 2:
      return 16 * (1 + random.below(4));
    default:
      return 1 + random.below(70);
    }
  };
  coo.rows = size();
  coo.cols = size();
  const double densities[] = {0, 0.01, 0.05, 0.2, 0.5, 1};
  double density = densities[random.below(6)];
  bool someRowsEmpty = random.below(2) == 0;
  for (int64_t r = 0; r < coo.rows; ++r) {
    if (someRowsEmpty && random.below(3) == 0)
      continue;
    for (int64_t c = 0; c < coo.cols; ++c)
      if (static_cast<double>(random.below(1 << 20)) < density * (1 << 20))
        coo.add(r, c,
                random.below(8) == 0
                    ? 0.0
                    : static_cast<double>(random.below(200) - 100) / 8);
  }
  return coo;
}

/// The defaults, the smallest and the largest parameters, and some in between,
/// where they fit together.
std::vector<std::vector<int64_t>> parameterSets(const Format &format) {
  std::vector<std::vector<int64_t>> sets(6);
  for (const ParameterSpec &p : format.parameters()) {
    sets[0].push_back(p.defaultValue);
    sets[1].push_back(p.smallest);
    sets[2].push_back(p.largest);
    sets[3].push_back(std::clamp<int64_t>(3, p.smallest, p.largest));
    sets[4].push_back(std::clamp<int64_t>(8, p.smallest, p.largest));
    // Each larger than the one before.
    int64_t grown = int64_t(4) << sets[5].size();
    sets[5].push_back(std::clamp(grown, p.smallest, p.largest));
  }
  std::vector<std::vector<int64_t>> valid;
  for (const auto &set : sets)
    if (checkParameters(format, set))
      valid.push_back(set);
  return valid;
}

/// How much a format holds of a block, where that is limited.
struct Capacity {
  int64_t rows, cols;
  /// In each row of a block, and columns with entries.
  int64_t perRow, columns;
};

std::optional<Capacity> capacityOf(const Format &format,
                                   const std::vector<int64_t> &p) {
  if (format.name() == "nm")
    return Capacity{1, p[1], p[0], p[1]};
  if (format.name() == "vnm")
    return Capacity{p[0], p[2], p[1], 4};
  return std::nullopt;
}

/// `coo` without the entries that the format cannot hold.
CooMatrix suited(const CooMatrix &coo, const Format &format,
                 std::vector<int64_t> parameters = {}) {
  if (parameters.empty())
    for (const ParameterSpec &p : format.parameters())
      parameters.push_back(p.defaultValue);
  std::optional<Capacity> capacity = capacityOf(format, parameters);
  if (!capacity)
    return coo;
  CooMatrix kept;
  kept.rows = coo.rows;
  kept.cols = coo.cols;
  std::map<std::pair<int64_t, int64_t>, std::set<int64_t>> columns;
  std::map<std::pair<int64_t, int64_t>, int64_t> counts;
  for (size_t e = 0; e < coo.row.size(); ++e) {
    int64_t block = coo.col[e] / capacity->cols;
    std::set<int64_t> &used = columns[{coo.row[e] / capacity->rows, block}];
    int64_t &count = counts[{coo.row[e], block}];
    bool isNew = used.count(coo.col[e]) == 0;
    if (count == capacity->perRow ||
        (isNew && static_cast<int64_t>(used.size()) == capacity->columns))
      continue;
    used.insert(coo.col[e]);
    ++count;
    kept.add(coo.row[e], coo.col[e], coo.value[e]);
  }
  return kept;
}

std::string describe(const Format &format, const CooMatrix &coo,
                     const std::vector<int64_t> &parameters, uint64_t seed) {
  std::string text = std::string(format.name()) + "<";
  for (int64_t p : parameters)
    text += std::to_string(p) + " ";
  return text + "> of " + std::to_string(coo.rows) + " x " +
         std::to_string(coo.cols) + " with " + std::to_string(coo.entries()) +
         " entries, seed " + std::to_string(seed);
}

class FormatsTest : public testing::TestWithParam<const Format *> {};

TEST_P(FormatsTest, RoundTripsAreExact) {
  const Format &format = *GetParam();
  const ElementType types[] = {ElementType::F64, ElementType::F32,
                               ElementType::F16, ElementType::I16};
  const unsigned widths[] = {0, 32, 64, 32};
  for (uint64_t seed = 0; seed < 500; ++seed) {
    CooMatrix any = makeMatrix(seed);
    PackOptions options;
    options.valueType = types[seed % 4];
    options.positionWidth = widths[seed / 4 % 4];
    options.coordinateWidth = widths[seed / 16 % 4];
    if (options.valueType == ElementType::I16)
      for (double &value : any.value)
        value *= 8;
    for (const std::vector<int64_t> &parameters : parameterSets(format)) {
      CooMatrix coo = suited(any, format, parameters);
      SCOPED_TRACE(describe(format, coo, parameters, seed));
      Expected<PackedMatrix> packed = pack(coo, format, parameters, options);
      ASSERT_TRUE(packed.ok()) << packed.message();
      EXPECT_EQ(packed->format, format.name());
      EXPECT_EQ(packed->nnz, coo.entries());
      EXPECT_EQ(packed->parameters, parameters);
      ASSERT_EQ(format.check(*packed).message(), "");
      Expected<CooMatrix> back = unpack(*packed, format);
      ASSERT_TRUE(back.ok()) << back.message();
      EXPECT_EQ(back->rows, coo.rows);
      EXPECT_EQ(back->cols, coo.cols);
      ASSERT_EQ(back->row, coo.row);
      ASSERT_EQ(back->col, coo.col);
      ASSERT_EQ(back->value, coo.value);
    }
  }
}

// A field of a wrong size, type or name is found, as is a wrong number of
// fields, whatever the format.
TEST_P(FormatsTest, ForeignFieldsAreRefused) {
  const Format &format = *GetParam();
  CooMatrix coo = suited(makeMatrix(5), format);
  PackedMatrix good = *pack(coo, format, {}, PackOptions());
  ASSERT_EQ(format.check(good).message(), "");
  for (size_t i = 0; i < good.fields.size(); ++i) {
    PackedMatrix bad = good;
    bad.fields[i].bytes.push_back(std::byte(0));
    EXPECT_NE(format.check(bad).message(), "") << i;
    bad = good;
    bad.fields.erase(bad.fields.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_NE(format.check(bad).message(), "") << i;
    bad = good;
    bad.fields[i].spec.name = "other";
    EXPECT_NE(format.check(bad).message(), "") << i;
    if (good.fields[i].count == 0)
      continue;
    // Nothing, where there was something: an error, never a crash.
    bad = good;
    bad.fields[i].count = 0;
    bad.fields[i].bytes.clear();
    EXPECT_NE(format.check(bad).message(), "") << i;
  }
  PackedMatrix bad = good;
  bad.parameters.push_back(1);
  EXPECT_NE(format.check(bad).message(), "");
  bad = good;
  bad.rows = -1;
  EXPECT_NE(format.check(bad).message(), "");
}

// Random bytes in a field give an error or a matrix, never a crash.
TEST_P(FormatsTest, DamagedFieldsDoNotCrash) {
  const Format &format = *GetParam();
  for (uint64_t seed = 0; seed < 500; ++seed) {
    Random random(seed + 1000000);
    CooMatrix coo = suited(makeMatrix(seed), format);
    PackOptions options;
    options.positionWidth = options.coordinateWidth = 32;
    PackedMatrix packed = *pack(coo, format, {}, options);
    Field &field = packed.fields[static_cast<size_t>(
        random.below(static_cast<int64_t>(packed.fields.size())))];
    if (field.bytes.empty())
      continue;
    for (int64_t change = 0; change <= random.below(4); ++change)
      field.bytes[static_cast<size_t>(
          random.below(static_cast<int64_t>(field.bytes.size())))] =
          static_cast<std::byte>(random.below(256));
    Expected<CooMatrix> back = unpack(packed, format);
    if (back)
      EXPECT_TRUE(checkCoo(*back));
  }
}

TEST_P(FormatsTest, IsFoundByName) {
  EXPECT_EQ(findFormat(GetParam()->name()), GetParam());
  EXPECT_FALSE(GetParam()->sizeFormula().empty());
  for (const FieldSpec &field : GetParam()->fields()) {
    EXPECT_FALSE(field.size.empty());
    EXPECT_FALSE(field.description.empty());
  }
}

TEST_P(FormatsTest, ParametersOutOfRangeAreRefused) {
  const Format &format = *GetParam();
  std::vector<ParameterSpec> specs = format.parameters();
  std::vector<int64_t> defaults;
  for (const ParameterSpec &p : specs)
    defaults.push_back(p.defaultValue);
  for (size_t i = 0; i < specs.size(); ++i)
    for (int64_t value : {specs[i].smallest - 1, specs[i].largest + 1}) {
      std::vector<int64_t> parameters = defaults;
      parameters[i] = value;
      Expected<PackedMatrix> packed =
          pack(makeMatrix(3), format, parameters, PackOptions());
      ASSERT_FALSE(packed.ok());
      EXPECT_NE(packed.message().find(specs[i].name), std::string::npos)
          << packed.message();
    }
}

INSTANTIATE_TEST_SUITE_P(All, FormatsTest, testing::ValuesIn(allFormats()),
                         [](const auto &info) {
                           return std::string(info.param->name());
                         });

TEST(Formats, UnknownNames) {
  EXPECT_EQ(findFormat(""), nullptr);
  EXPECT_EQ(findFormat("CSR"), nullptr);
}

} // namespace
