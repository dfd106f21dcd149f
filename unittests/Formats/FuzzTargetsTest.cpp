//===- FuzzTargetsTest.cpp - The fuzz targets on their seeds
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the fuzz targets (Fuzz/Oracles.h) check, on their seeds, on the seeds
// with a few changes, and on what fuzzing has found. utils/fuzz.py runs them
// for as long as one likes.
//
//===----------------------------------------------------------------------===//

#include "Fuzz/Mutators.h"
#include "Fuzz/Oracles.h"
#include "Fuzz/Seeds.h"

#include "FileBuilders.h"
#include "SparseGPU/Formats/Container.h"
#include "SparseGPU/Support/Strings.h"
#include "TestUtils.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::fuzz;
using namespace sparsegpu::test;

namespace {
struct TargetName {
  std::string_view name;
};
std::ostream &operator<<(std::ostream &stream, const TargetName &target) {
  return stream << target.name;
}
class FuzzTargets : public testing::TestWithParam<TargetName> {};
} // namespace

static std::vector<TargetName> targetNames() {
  std::vector<TargetName> names;
  for (const Target &target : allTargets())
    names.push_back({target.name});
  return names;
}

/// One byte changed, doubled or taken away; a counter decides.
static size_t changeOneByte(uint8_t *data, size_t size, size_t maxSize) {
  static uint64_t counter = 0;
  CounterHash hash(3);
  if (size == 0)
    return 0;
  size_t at = hash.below(counter++, size);
  switch (hash.below(counter++, 4)) {
  case 0:
    std::copy(data + at + 1, data + size, data + at);
    return size - 1;
  case 1:
    if (size < maxSize) {
      std::copy_backward(data + at, data + size, data + size + 1);
      return size + 1;
    }
    [[fallthrough]];
  default:
    data[at] = static_cast<uint8_t>(hash.bits(counter++));
    return size;
  }
}

TEST_P(FuzzTargets, HoldOnTheirSeeds) {
  const Target *target = findTarget(GetParam().name);
  ASSERT_NE(target, nullptr);
  std::set<std::string> names;
  size_t changed = 0;
  for (const Seed &seed : makeSeeds()) {
    if (seed.target != target->name)
      continue;
    SCOPED_TRACE(seed.name);
    EXPECT_TRUE(names.insert(seed.name).second) << "a name twice";
    EXPECT_EQ(target->check(seed.content), "");
    for (uint64_t i = 0; i < 40; ++i) {
      std::string other = mutate(target->name, seed.content,
                                 seed.content.size() + 64, i, changeOneByte);
      changed += other != seed.content;
      EXPECT_EQ(target->check(other), "") << "change " << i;
    }
  }
  EXPECT_GE(names.size(), 3u);
  EXPECT_GE(changed, 30 * names.size());
}

INSTANTIATE_TEST_SUITE_P(All, FuzzTargets, testing::ValuesIn(targetNames()),
                         [](const auto &info) {
                           std::string name(info.param.name);
                           for (char &c : name)
                             c = c == '-' ? '_' : c;
                           return name;
                         });

/// Changes of containers get behind the checksums: formats see them.
TEST(FuzzMutators, ContainersKeepTheirChecksums) {
  size_t taken = 0, refusedByFormats = 0;
  for (const Seed &seed : makeSeeds()) {
    if (seed.target != "container")
      continue;
    for (uint64_t i = 0; i < 20; ++i) {
      std::string other =
          mutate("container", seed.content, 4096, i, changeOneByte);
      Expected<PackedMatrix> packed = parsePacked(other, "f");
      taken += packed.ok();
      refusedByFormats += packed && !findFormat(packed->format)->check(*packed);
    }
  }
  EXPECT_GE(taken, 200u);
  EXPECT_GE(refusedByFormats, 100u);
}

/// The oracles are no use when they find nothing wrong.
TEST(FuzzOracles, SeeWhatIsWrong) {
  CooMatrix left, right;
  left.rows = right.rows = left.cols = right.cols = 2;
  left.add(0, 1, 0.0);
  right.add(0, 1, -0.0);
  EXPECT_NE(compare(left, right, "x"), "");
  right.value[0] = 0.0;
  EXPECT_EQ(compare(left, right, "x"), "");
  right.add(1, 1, 1);
  EXPECT_NE(compare(left, right, "x"), "");
}

/// A container of a format that stores no empty rows takes a few bytes for any
/// number of them: unpacking ended in an exception that nobody caught, or, for
/// a few rows less, took all memory.
TEST(FuzzFindings, MoreEmptyRowsThanMemory) {
  for (const char *name : {"coo", "dcsr"})
    for (int64_t rows : {int64_t(1) << 48, int64_t(1) << 60, maxPackedSize}) {
      const Format &format = *findFormat(name);
      CooMatrix empty;
      Expected<PackedMatrix> packed = pack(empty, format, {}, {});
      ASSERT_TRUE(packed.ok()) << packed.message();
      packed->rows = rows;
      EXPECT_TRUE(format.check(*packed).ok());
      Expected<std::string> content = formatContainer(*packed, format);
      ASSERT_TRUE(content.ok()) << content.message();
      EXPECT_TRUE(endsWith(parseMatrix(*content, "a.sgpk").message(),
                           "more than the memory of this machine"));
    }
}

/// Names of an archive's members reached the terminal as they are.
TEST(FuzzFindings, NamesThatDoNotPrint) {
  std::string archive = npz({{"a\n\x1b[31m", "no array"}});
  EXPECT_EQ(parseMatrix(archive, "f.npz").message(),
            "f.npz: a\\x0a\\x1b[31m.npy: byte 0: is not an .npy array");
}

/// A zero that is named as an entry, but lies where no entry can be, passed the
/// check of formats with blocks; unpacking refused it, or lost it in silence.
TEST(FuzzFindings, NamedZerosAreEntriesOrRefused) {
  size_t refused = 0, added = 0;
  for (const Seed &seed : makeSeeds()) {
    if (seed.target != "container")
      continue;
    SCOPED_TRACE(seed.name);
    Expected<PackedMatrix> packed = parsePacked(seed.content, "f");
    ASSERT_TRUE(packed.ok()) << packed.message();
    const Format &format = *findFormat(packed->format);
    const Field *values = packed->find("values");
    ASSERT_NE(values, nullptr);
    int64_t before = unpack(*packed, format)->entries();
    for (int64_t place = 0; place < values->count; ++place) {
      bool wasEntry = isEntry(*packed, *values, place);
      PackedMatrix other = *packed;
      if (wasEntry)
        continue;
      other.explicitZeros.push_back(place);
      std::sort(other.explicitZeros.begin(), other.explicitZeros.end());
      if (!format.check(other)) {
        ++refused;
        continue;
      }
      Expected<CooMatrix> matrix = unpack(other, format);
      ASSERT_TRUE(matrix.ok()) << "place " << place << ": " << matrix.message();
      added += matrix->entries() > before;
      EXPECT_EQ(matrix->entries(), before + 1) << "place " << place;
    }
  }
  EXPECT_GE(refused, 100u);
  EXPECT_GE(added, 100u);
}

/// Sizes at the end of 64 bits: sums and products with them overflowed.
TEST(FuzzFindings, ColumnsAtTheEndOfTheirNumbers) {
  for (const Seed &seed : makeSeeds()) {
    if (seed.target != "container")
      continue;
    SCOPED_TRACE(seed.name);
    Expected<PackedMatrix> packed = parsePacked(seed.content, "f");
    ASSERT_TRUE(packed.ok()) << packed.message();
    const Format &format = *findFormat(packed->format);
    for (int64_t less : {0, 1, 2, 63}) {
      packed->cols = INT64_MAX - less;
      // Compressed rows have no blocks at the edge.
      bool isTaken = &format == findFormat("csr");
      EXPECT_EQ(format.check(*packed).ok(), isTaken) << packed->cols;
      EXPECT_EQ(unpack(*packed, format).ok(), isTaken) << packed->cols;
      packed->cols = maxPackedSize - less;
      Expected<CooMatrix> matrix = unpack(*packed, format);
      EXPECT_EQ(matrix.ok(), format.check(*packed).ok()) << matrix.message();
    }
  }
  for (const Format *format : allFormats())
    for (int64_t less : {0, 1, 63}) {
      SCOPED_TRACE(format->name());
      CooMatrix wide;
      wide.rows = 2;
      wide.cols = maxPackedSize - less;
      wide.add(1, wide.cols - 1, 1.5);
      Expected<PackedMatrix> packed = pack(wide, *format, {}, {});
      if (!packed) {
        EXPECT_LT(packed.message().size(), 200u);
        continue;
      }
      EXPECT_EQ(format->check(*packed).message(), "");
      Expected<CooMatrix> back = unpack(*packed, *format);
      ASSERT_TRUE(back.ok()) << back.message();
      EXPECT_EQ(compare(wide, *back, format->name()), "");
      wide.cols = INT64_MAX;
      EXPECT_EQ(pack(wide, *format, {}, {}).ok(), format->name() == "csr");
    }
}
