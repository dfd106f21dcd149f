//===- SafetensorsTest.cpp - Tensors of neural networks
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FileBuilders.h"
#include "SparseGPU/Formats/SafetensorsReader.h"
#include "SparseGPU/Support/Strings.h"
#include "TestUtils.h"

#include <gtest/gtest.h>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

static std::string tensor(const std::string &name, const std::string &type,
                          const std::string &shape, size_t first, size_t last) {
  return concat('"', name, "\":{\"dtype\":\"", type, "\",\"shape\":", shape,
                ",\"data_offsets\":[", first, ",", last, "]}");
}

/// One tensor of 2 x 2 with those bytes.
static MatrixFile readOne(const std::string &type, const std::string &data) {
  Expected<MatrixFile> file = parseMatrix(
      safetensors("{" + tensor("w", type, "[2,2]", 0, data.size()) + "}  ",
                  data),
      "a");
  EXPECT_TRUE(file.ok()) << file.message();
  return file ? *std::move(file) : MatrixFile();
}

TEST(Safetensors, AllTypes) {
  Meaning expected = {{{0, 1}, 1}, {{1, 0}, -2}, {{1, 1}, 0.5}};
  EXPECT_EQ(meaning(readOne("F64", bytes<double>({0, 1, -2, .5})).matrix),
            expected);
  EXPECT_EQ(meaning(readOne("F32", bytes<float>({0, 1, -2, .5})).matrix),
            expected);
  EXPECT_EQ(
      meaning(
          readOne("F16", bytes<uint16_t>({0, 0x3c00, 0xc000, 0x3800})).matrix),
      expected);
  EXPECT_EQ(
      meaning(
          readOne("BF16", bytes<uint16_t>({0, 0x3f80, 0xc000, 0x3f00})).matrix),
      expected);
  EXPECT_EQ(
      meaning(readOne("F8_E4M3", std::string("\0\x38\xc0\x30", 4)).matrix),
      expected);
  EXPECT_EQ(
      meaning(readOne("F8_E5M2", std::string("\0\x3c\xc0\x38", 4)).matrix),
      expected);
  Meaning whole = {{{0, 1}, 1}, {{1, 0}, 100}};
  for (const char *type : {"I8", "U8"})
    EXPECT_EQ(meaning(readOne(type, std::string("\0\1\x64\0", 4)).matrix),
              whole);
  for (const char *type : {"I16", "U16"})
    EXPECT_EQ(meaning(readOne(type, bytes<int16_t>({0, 1, 100, 0})).matrix),
              whole);
  for (const char *type : {"I32", "U32"})
    EXPECT_EQ(meaning(readOne(type, bytes<int32_t>({0, 1, 100, 0})).matrix),
              whole);
  for (const char *type : {"I64", "U64"})
    EXPECT_EQ(meaning(readOne(type, bytes<int64_t>({0, 1, 100, 0})).matrix),
              whole);
  EXPECT_EQ(readOne("BOOL", std::string("\0\1\0\1", 4)).matrix.entries(), 2);
}

TEST(Safetensors, ChoosesATensor) {
  std::string data = bytes<float>({1, 2, 3, 4, 5, 6});
  std::string one = tensor("a", "F32", "[1,2]", 0, 8),
              bias = tensor("b", "F32", "[2]", 8, 16),
              two = tensor("c", "F32", "[2,1]", 16, 24);
  std::string meta = "\"__metadata__\":{\"format\":\"pt\"}";
  EXPECT_EQ(
      parseSafetensors(
          safetensors("{" + meta + "," + one + "," + bias + "}", data), "t")
          ->matrix.cols,
      2);
  std::string both =
      safetensors("{" + meta + "," + one + "," + bias + "," + two + "}", data);
  EXPECT_EQ(parseSafetensors(both, "t").message(),
            "t: the file has several matrices, 'a' and 'c'; choose one by its "
            "name");
  ReadOptions options;
  options.tensor = "c";
  EXPECT_EQ(parseSafetensors(both, "t", options)->matrix.value,
            (std::vector<double>{5, 6}));
  options.tensor = "b";
  EXPECT_EQ(parseSafetensors(both, "t", options)->matrix.rows, 2);
  for (const char *name : {"d", "__metadata__"}) {
    options.tensor = name;
    EXPECT_EQ(parseSafetensors(both, "t", options).message(),
              concat("t: the file has no tensor '", name,
                     "'; it has: 'a', 'b', 'c'"));
  }
}

TEST(Safetensors, Malformed) {
  auto message = [](const std::string &header, const std::string &data = "") {
    return parseSafetensors(safetensors(header, data), "t").message();
  };
  EXPECT_EQ(parseSafetensors("abc", "t").message(),
            "t: byte 3: the file ends before the length of its header");
  EXPECT_EQ(
      parseSafetensors(std::string(8, '\xff') + "{}", "t").message(),
      "t: byte 0: the header has 18446744073709551615 bytes, but 2 follow");
  EXPECT_EQ(message("{"), "t: byte 9: the header is not JSON here");
  EXPECT_EQ(message("{\"a\":{} x}"), "t: byte 16: the header is not JSON here");
  EXPECT_EQ(message("[1]"), "t: byte 8: the header is not a JSON object");
  EXPECT_EQ(message(std::string(100000, '[')),
            "t: byte 100008: the header is not JSON here");
  EXPECT_EQ(message("{\"a\":1e999}"),
            "t: byte 8: the header has a number that is too large");
  EXPECT_EQ(message("{}"), "t: the file has no matrix among its tensors: none");
  EXPECT_EQ(message("{\"a\":{\"shape\":[1,1]}}"),
            "t: byte 8: tensor 'a' lacks its dtype, shape or data_offsets");
  EXPECT_EQ(message("{" + tensor("a", "F4", "[1,1]", 0, 4) + "}", "abcd"),
            "t: byte 8: tensor 'a' has elements of type 'F4', which is not "
            "supported");
  EXPECT_EQ(message("{" + tensor("a", "F32", "[1,1]", 0, 8) + "}", "abcd"),
            "t: byte 8: tensor 'a' lies outside of the 4 bytes that follow the "
            "header");
  EXPECT_EQ(message("{" + tensor("a", "F32", "[1,1]", 4, 0) + "}", "abcd"),
            "t: byte 8: tensor 'a' lies outside of the 4 bytes that follow the "
            "header");
  EXPECT_EQ(message("{" + tensor("a", "F32", "[1,2]", 0, 4) + "}", "abcd"),
            "t: byte 8: tensor 'a' takes 8 bytes, but its offsets span 4");
  EXPECT_EQ(message("{" + tensor("a", "F32", "[1,-2]", 0, 4) + "}", "abcd"),
            "t: byte 8: tensor 'a' has a size that is not a whole number");
  EXPECT_EQ(
      message("{" + tensor("a", "F64", "[4000000000,4000000000]", 0, 4) + "}",
              "abcd"),
      "t: byte 8: tensor 'a' has more elements than fit 64 bits");
}
