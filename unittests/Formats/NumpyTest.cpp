//===- NumpyTest.cpp - NumPy and SciPy files
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FileBuilders.h"
#include "SparseGPU/Formats/MatrixFileWriter.h"
#include "SparseGPU/Formats/NumpyReader.h"
#include "SparseGPU/Support/Compression.h"
#include "SparseGPU/Support/Strings.h"
#include "TestUtils.h"

#include <gtest/gtest.h>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

static MatrixFile readNpy(const std::string &content) {
  Expected<MatrixFile> file = parseNpy(content, "a.npy");
  EXPECT_TRUE(file.ok()) << file.message();
  return file ? *std::move(file) : MatrixFile();
}

/// 3 x 2, by rows: 1 0 / 0 2 / -3 0
static const Meaning expected = {{{0, 0}, 1}, {{1, 1}, 2}, {{2, 0}, -3}};

template <typename T>
static void checkType(const std::string &letter, const std::string &name) {
  SCOPED_TRACE(name);
  std::vector<T> rows = {1, 0, 0, 2, static_cast<T>(-3), 0};
  std::vector<T> cols = {1, 0, static_cast<T>(-3), 0, 2, 0};
  Meaning wanted = expected;
  wanted[{2, 0}] = static_cast<double>(static_cast<T>(-3));
  for (bool big : {false, true}) {
    std::string type = (big ? ">" : "<") + letter;
    MatrixFile file = readNpy(npy(type, "(3, 2)", bytes(rows, big)));
    EXPECT_EQ(file.matrix.rows, 3);
    EXPECT_EQ(file.matrix.cols, 2);
    EXPECT_EQ(file.storedEntries, 6);
    EXPECT_TRUE(file.dense);
    EXPECT_EQ(meaning(file.matrix), wanted);
    file = readNpy(npy(type, "(3, 2)", bytes(cols, big), /*fortran=*/true));
    EXPECT_EQ(meaning(file.matrix), wanted);
  }
}

TEST(Npy, AllTypesAndOrders) {
  checkType<double>("f8", "f8");
  checkType<float>("f4", "f4");
  checkType<int8_t>("i1", "i1");
  checkType<int16_t>("i2", "i2");
  checkType<int32_t>("i4", "i4");
  checkType<int64_t>("i8", "i8");
  checkType<uint8_t>("u1", "u1");
  checkType<uint16_t>("u2", "u2");
  checkType<uint32_t>("u4", "u4");
  checkType<uint64_t>("u8", "u8");
  // 1, -2, the smallest subnormal.
  for (bool big : {false, true}) {
    std::vector<uint16_t> halves = {0x3c00, 0xc000, 0x0001, 0x8000};
    EXPECT_EQ(readNpy(npy(big ? ">f2" : "<f2", "(2,2)", bytes(halves, big)))
                  .matrix.value,
              (std::vector<double>{1, -2, 0x1p-24}));
  }
  EXPECT_EQ(readNpy(npy("|b1", "(1, 3)", std::string("\1\0\1", 3))).matrix.col,
            (std::vector<int64_t>{0, 2}));
}

TEST(Npy, HeadersOfAllKinds) {
  std::string data = bytes<float>({5, 6});
  for (const char *shape : {"(1, 2)", "(1,2)", "( 1 , 2 , )", "(1L, 2L)"})
    EXPECT_EQ(readNpy(npy("<f4", shape, data)).matrix.cols, 2) << shape;
  // A vector is a column.
  EXPECT_EQ(readNpy(npy("<f4", "(2,)", data)).matrix.cols, 1);
  std::string other = "{\"shape\":(2,1),\"fortran_order\":True,"
                      "\"descr\":\"=f4\"}";
  for (int version : {1, 2, 3})
    EXPECT_EQ(readNpy(npyWithHeader(other, data, version)).matrix.rows, 2);
  EXPECT_EQ(readNpy(npy("<f8", "(0, 7)", "")).matrix.cols, 7);
}

TEST(Npy, ComplexNumbers) {
  std::string content = npy(">c8", "(1, 2)", bytes<float>({3, -4, 0, 2}, true));
  EXPECT_EQ(parseNpy(content, "a.npy").message(),
            "a.npy: byte 73: the values are complex; ask for their real parts "
            "or magnitudes");
  ReadOptions options;
  options.complexValues = ComplexValues::Magnitude;
  EXPECT_EQ(parseNpy(content, "a", options)->matrix.value,
            (std::vector<double>{5, 2}));
  options.complexValues = ComplexValues::Real;
  EXPECT_EQ(parseNpy(content, "a", options)->matrix.value,
            (std::vector<double>{3}));
}

TEST(Npy, Malformed) {
  auto message = [](const std::string &content) {
    return parseNpy(content, "t").message();
  };
  std::string good = npy("<f8", "(1, 1)", bytes<double>({1}));
  EXPECT_EQ(message(""), "t: byte 0: is not an .npy array");
  EXPECT_EQ(message(good.substr(0, 8)), "t: byte 8: the array ends in its "
                                        "header");
  EXPECT_EQ(message(good.substr(0, 40)),
            "t: byte 8: the header has 63 bytes, but only 30 follow");
  EXPECT_EQ(message(good.substr(0, good.size() - 1)),
            "t: byte 73: the elements take 8 bytes, but 7 follow");
  EXPECT_EQ(message(good + "x"),
            "t: byte 73: the elements take 8 bytes, but 9 follow");
  EXPECT_EQ(message(npyWithHeader("", "", 9)),
            "t: byte 6: version 9 of .npy is not supported, expected 1 to 3");
  EXPECT_EQ(message(npyWithHeader("[]", "")),
            "t: byte 10: the header of the array is malformed: expected '{', "
            "found '[]'");
  EXPECT_EQ(message(npyWithHeader("{'descr': '<f8'}", "")),
            "t: byte 26: the header has no 'fortran_order'");
  EXPECT_EQ(message(npyWithHeader("{'descr': '<f8', 'descr': '<f8'}", "")),
            "t: byte 35: the header has 'descr' twice");
  EXPECT_EQ(message(npyWithHeader("{'colour': 1}", "")),
            "t: byte 20: the header has an unknown entry 'colour'");
  EXPECT_EQ(message(npyWithHeader("{'descr': [('x', '<f8')]}", "")),
            "t: byte 20: arrays of records are not supported");
  for (const char *type : {"<f16", "<M8", "O", "", "<", "<f", "<f-8", "<f3"})
    EXPECT_EQ(
        message(npy(type, "(1, 1)", "")),
        concat("t: byte 20: elements of type '", type, "' are not supported"));
  EXPECT_EQ(message(npy("<U3", "(1,)", std::string(12, 'a'))),
            "t: byte 71: the elements are text, expected numbers");
  EXPECT_EQ(
      message(npy("<f8", "(-1, 1)", "")),
      "t: byte 61: the header of the array is malformed: expected a size, "
      "found '-1, 1), }   ...'");
  EXPECT_EQ(message(npy("<f8", "(4000000000, 4000000000, 2)", "")),
            "t: byte 10: the array has more elements than fit 64 bits");
  EXPECT_EQ(
      message(npy("<f8", "(4000000000, 400000000)", "")),
      "t: byte 90: the elements take 12800000000000000000 bytes, but 0 follow");
  EXPECT_EQ(message(npy("<f8", "(99999999999999999999,)", "")),
            "t: byte 61: a size of the array does not fit 64 bits");
  EXPECT_EQ(message(npy("<f8", "(1, 1, 1)", bytes<double>({1}))),
            "t: byte 76: the array has 3 dimensions, expected a matrix or a "
            "vector");
}

//===----------------------------------------------------------------------===//
// Archives
//===----------------------------------------------------------------------===//

using Members = std::map<std::string, std::string>;

static Members sparse(const std::string &format, const std::string &data) {
  return {{"format", npy("|S3", "()", format)},
          {"shape", npy("<i8", "(2,)", bytes<int64_t>({3, 2}))},
          {"data", data}};
}

static Members csr() {
  Members members = sparse("csr", npyDoubles({1, 2, -3}));
  members["indices"] = npyIndices({0, 1, 0});
  members["indptr"] = npyIndices({0, 1, 2, 3});
  return members;
}

static MatrixFile readNpz(const Members &members) {
  Expected<MatrixFile> file = parseNpz(npz(members), "a.npz");
  EXPECT_TRUE(file.ok()) << file.message();
  return file ? *std::move(file) : MatrixFile();
}

TEST(Npz, ScipyFormats) {
  EXPECT_EQ(meaning(readNpz(csr()).matrix), expected);
  Members members = sparse("csc", npyDoubles({1, -3, 2}));
  members["indices"] = npyIndices({0, 2, 1});
  members["indptr"] = npyIndices({0, 2, 3});
  EXPECT_EQ(meaning(readNpz(members).matrix), expected);
  members = sparse("coo", npyDoubles({-3, 2, 1}));
  members["row"] = npyIndices({2, 1, 0});
  members["col"] = npyIndices({0, 1, 0});
  EXPECT_EQ(meaning(readNpz(members).matrix), expected);
  members = sparse("bsr", npy("<f4", "(2, 1, 2)", bytes<float>({1, 0, 0, 2})));
  members["indices"] = npyIndices({0, 0});
  members["indptr"] = npyIndices({0, 1, 2, 2});
  EXPECT_EQ(meaning(readNpz(members).matrix),
            (Meaning{{{0, 0}, 1}, {{1, 1}, 2}}));
  members = sparse("dia", npy("<f8", "(2, 2)", bytes<double>({1, 2, -3, 9})));
  members["offsets"] = npyIndices({0, -2});
  EXPECT_EQ(meaning(readNpz(members).matrix), expected);
  // The name of the format as a text of wide characters.
  members = csr();
  members["format"] = npy("<U3", "()", bytes<uint32_t>({'c', 's', 'r'}));
  EXPECT_EQ(meaning(readNpz(members).matrix), expected);
}

TEST(Npz, PlainArrays) {
  std::string matrix = npy("<f8", "(2, 2)", bytes<double>({1, 0, 0, 2}));
  Members members = {{"v", npyDoubles({1, 2, 3})}, {"w", matrix}};
  EXPECT_EQ(readNpz(members).matrix.rows, 2);
  ReadOptions options;
  options.tensor = "v";
  EXPECT_EQ(parseNpz(npz(members), "a", options)->matrix.rows, 3);
  members["x"] = matrix;
  EXPECT_EQ(parseNpz(npz(members), "a").message(),
            "a: the archive has several matrices, 'w' and 'x'; choose one by "
            "its name");
  options.tensor = "y";
  EXPECT_EQ(parseNpz(npz(members), "a", options).message(),
            "a: the archive has no array 'y'");
  EXPECT_EQ(parseNpz(npz({{"v", npyDoubles({1})}}), "a").message(),
            "a: the archive has no matrix among its arrays: 'v'");
}

TEST(Npz, Malformed) {
  auto message = [](const Members &members) {
    std::string text = parseNpz(npz(members), "t").message();
    // The place within a member is tested above.
    size_t byte = text.find(": byte ");
    return byte == std::string::npos
               ? text
               : text.substr(0, byte) + text.substr(text.find(": ", byte + 2));
  };
  Members members = csr();
  members["indices"] = npyIndices({0, 2, 0});
  EXPECT_EQ(message(members),
            "t: indices.npy: the index 2 is outside of 0 to 1");
  members["indices"] = npyIndices({0, 1});
  EXPECT_EQ(message(members),
            "t: indices.npy: the array 'indices' has 2 elements, expected 3");
  members["indices"] = npyDoubles({0, 1, 0});
  EXPECT_EQ(message(members),
            "t: indices.npy: the array 'indices' is not one of whole numbers");
  members = csr();
  members["indptr"] = npyIndices({0, 2, 1, 3});
  EXPECT_EQ(message(members), "t: indptr.npy: the position 1 of 'indptr' is "
                              "below its predecessor");
  members["indptr"] = npyIndices({0, 1, 2, 2});
  EXPECT_EQ(message(members), "t: indptr.npy: the last position of 'indptr' is "
                              "2, but there are 3 entries");
  members["indptr"] = npyIndices({0, 3});
  EXPECT_EQ(message(members),
            "t: indptr.npy: the array 'indptr' has 2 elements, "
            "expected one more than 3");
  members = csr();
  members["shape"] = npy("<i8", "(2,)", bytes<int64_t>({INT64_MAX, 2}));
  EXPECT_EQ(
      message(members),
      "t: indptr.npy: the array 'indptr' has 4 elements, expected one more "
      "than 9223372036854775807");
  members["shape"] = npy("<i8", "(2,)", bytes<int64_t>({-3, 2}));
  EXPECT_EQ(message(members), "t: shape.npy: the shape -3 x 2 is negative");
  members = csr();
  members["format"] = npy("|S3", "()", "lil");
  EXPECT_EQ(message(members),
            "t: the format 'lil' of the archive is not supported, expected "
            "'csr', 'csc', 'coo', 'bsr' or 'dia'");
  members = csr();
  members.erase("indices");
  EXPECT_EQ(message(members), "t: the archive has no array 'indices'");
  members = sparse("bsr", npy("<f4", "(1, 2, 2)", bytes<float>({1, 0, 0, 2})));
  EXPECT_EQ(message(members),
            "t: data.npy: blocks of 2 x 2 do not divide the shape 3 x 2");
}

TEST(Npz, DamagedArchives) {
  std::string good = npz(csr());
  auto message = [](const std::string &content) {
    return parseNpz(content, "t").message();
  };
  EXPECT_EQ(message(""),
            "t: byte 0: the archive has no directory; it may be truncated");
  EXPECT_EQ(message(good.substr(0, good.size() - 1)),
            concat("t: byte ", good.size() - 1,
                   ": the archive has no directory; it may be truncated"));
  std::string damaged = good;
  damaged[good.find("csr")] = 'x';
  EXPECT_NE(message(damaged).find("'data.npy' is damaged: its checksum"),
            message(damaged).find("'format.npy' is damaged: its checksum"));
  EXPECT_NE(message(damaged).find("is damaged: its checksum differs"),
            std::string::npos);
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

TEST(NumpyWriter, RoundTrips) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    CounterHash hash(seed);
    CooMatrix coo = randomCoo(static_cast<int64_t>(hash.below(0, 20)) + 1,
                              static_cast<int64_t>(hash.below(1, 20)) + 1,
                              static_cast<int64_t>(hash.below(2, 60)), seed);
    MatrixWriteOptions options;
    options.valueType = seed % 2 ? ElementType::F64 : ElementType::F16;
    Expected<std::string> content = formatMatrix(coo, FileKind::Npz, options);
    ASSERT_TRUE(content.ok()) << content.message();
    Expected<MatrixFile> back = parseMatrix(*content, "a");
    ASSERT_TRUE(back.ok()) << back.message();
    EXPECT_EQ(back->kind, FileKind::Npz);
    EXPECT_EQ(back->matrix.rows, coo.rows);
    EXPECT_EQ(back->matrix.cols, coo.cols);
    EXPECT_EQ(back->matrix.row, coo.row);
    EXPECT_EQ(back->matrix.col, coo.col);
    EXPECT_EQ(back->matrix.value, coo.value);

    content = formatMatrix(coo, FileKind::Npy, options);
    ASSERT_TRUE(content.ok()) << content.message();
    back = parseMatrix(*content, "a");
    ASSERT_TRUE(back.ok()) << back.message();
    Meaning wanted = meaning(coo);
    for (auto it = wanted.begin(); it != wanted.end();)
      it = it->second == 0 ? wanted.erase(it) : std::next(it);
    EXPECT_EQ(meaning(back->matrix), wanted);
  }
}

TEST(NumpyWriter, SortedEntriesAreCsr) {
  CooMatrix coo;
  coo.rows = coo.cols = 2;
  coo.add(0, 1, 1);
  coo.add(1, 0, 2);
  EXPECT_NE(formatMatrix(coo, FileKind::Npz)->find("csr"), std::string::npos);
  std::swap(coo.row[0], coo.row[1]);
  EXPECT_NE(formatMatrix(coo, FileKind::Npz)->find("coo"), std::string::npos);
}

TEST(NumpyWriter, Refuses) {
  CooMatrix coo;
  coo.rows = coo.cols = 1;
  coo.add(0, 0, 0.5);
  MatrixWriteOptions options;
  options.valueType = ElementType::I8;
  EXPECT_EQ(formatMatrix(coo, FileKind::Npz, options).message(),
            "the value 0.5 of entry 0 does not fit i8");
  options.valueType = ElementType::BF16;
  EXPECT_EQ(formatMatrix(coo, FileKind::Npy, options).message(),
            "NumPy has no type bf16");
  coo.rows = coo.cols = 4000000000;
  options.valueType = ElementType::F64;
  EXPECT_EQ(formatMatrix(coo, FileKind::Npy, options).message(),
            "a dense matrix of 4000000000 x 4000000000 does not fit the memory "
            "of this machine");
}
