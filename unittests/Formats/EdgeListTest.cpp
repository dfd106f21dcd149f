//===- EdgeListTest.cpp - Graphs as lists of edges
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/EdgeListReader.h"
#include "SparseGPU/Formats/MatrixFileWriter.h"
#include "TestUtils.h"

#include <gtest/gtest.h>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

static MatrixFile read(const std::string &text, int64_t base = 0) {
  ReadOptions options;
  options.edgeBase = base;
  Expected<MatrixFile> file = parseEdgeList(text, "t", options);
  EXPECT_TRUE(file.ok()) << file.message();
  return file ? *std::move(file) : MatrixFile();
}

TEST(EdgeList, Separators) {
  Meaning expected = {{{0, 3}, 1}, {{2, 1}, 1}};
  for (const char *text :
       {"0 3\n2 1\n", "0\t3\r\n2\t1", "0,3\n2,1\n", "0;3\n2; 1\n",
        "# c\n% d\n\n  0 , 3\n#\n2  1  \n# end\n"}) {
    SCOPED_TRACE(text);
    MatrixFile file = read(text);
    EXPECT_EQ(file.kind, FileKind::EdgeList);
    EXPECT_EQ(file.field, FileField::Pattern);
    EXPECT_EQ(file.matrix.rows, 4);
    EXPECT_EQ(file.matrix.cols, 4);
    EXPECT_EQ(file.storedEntries, 2);
    EXPECT_EQ(meaning(file.matrix), expected);
  }
}

TEST(EdgeList, Weights) {
  Meaning expected = {{{0, 1}, 2.5}, {{1, 0}, -1e-3}};
  for (const char *text : {"0 1 2.5\n1 0 -1e-3\n", "0,1,2.5\n1,0,-.001\n",
                           "0;1;2.5\n1\t0;-1e-3\n"}) {
    MatrixFile file = read(text);
    EXPECT_EQ(file.field, FileField::Real);
    EXPECT_EQ(meaning(file.matrix), expected);
  }
}

TEST(EdgeList, BaseAndShape) {
  EXPECT_EQ(meaning(read("1 2\n", 1).matrix), (Meaning{{{0, 1}, 1}}));
  MatrixFile file = read("# Shape: 7 9\n1 2\n", 1);
  EXPECT_EQ(file.matrix.rows, 7);
  EXPECT_EQ(file.matrix.cols, 9);
  // What others write in comments is no shape.
  for (const char *text : {"# shape: 2\n0 5\n", "# shape: round\n0 5\n",
                           "0 5\n# shape: 2 2\n", "#shape: 2 2\n0 5\n"})
    EXPECT_EQ(read(text).matrix.rows, 6);
  EXPECT_EQ(read("").matrix.rows, 0);
  EXPECT_EQ(read("# nothing\n").matrix.rows, 0);
  // Numbers of nodes may be large without that much memory.
  EXPECT_EQ(read("1000000000000 1\n").matrix.rows, 1000000000001);
}

TEST(EdgeList, IsRecognised) {
  for (const char *text : {"# Nodes: 3 Edges: 1\n0 1\n", "3\t4\n", "1;2\n"})
    EXPECT_EQ(parseMatrix(text, "a")->kind, FileKind::EdgeList) << text;
  // Three numbers with commas are the first line of .smtx, unless the name says
  // otherwise.
  EXPECT_EQ(parseMatrix("1,2,3\n", "a.csv.zst")->kind, FileKind::EdgeList);
  EXPECT_EQ(parseMatrix("1, 1, 1\n0 1\n0\n", "a")->kind, FileKind::Smtx);
}

TEST(EdgeList, Malformed) {
  auto message = [](const std::string &text, int64_t base = 0) {
    ReadOptions options;
    options.edgeBase = base;
    return parseEdgeList(text, "t", options).message();
  };
  EXPECT_EQ(message("0 1\n2\n"), "t:2:2: the edge ends before its second node");
  EXPECT_EQ(message("a b\n"),
            "t:1:1: the first node is not a node number: 'a'");
  EXPECT_EQ(message("0 1.5\n"),
            "t:1:3: the second node is not a node number: '1.5'");
  EXPECT_EQ(message("0 -1\n"),
            "t:1:3: the second node is -1, but nodes are numbered from 0");
  EXPECT_EQ(message("1 0\n", 1),
            "t:1:3: the second node is 0, but nodes are numbered from 1");
  EXPECT_EQ(message("99999999999999999999 0\n"),
            "t:1:1: the first node does not fit 64 bits: "
            "'99999999999999999999'");
  EXPECT_EQ(message("9223372036854775807 0\n"),
            "t:1:1: the first node is 9223372036854775807, but nodes are "
            "numbered from 0");
  EXPECT_EQ(message("0 1\n0 1 2\n"),
            "t:2:5: the edge has a weight, unlike those before it");
  EXPECT_EQ(message("0 1 1\n0 1\n"),
            "t:2:4: the edge has no weight, unlike those before it");
  EXPECT_EQ(message("0 1 x\n"), "t:1:5: the weight is not a number: 'x'");
  EXPECT_EQ(message("0 1 1e999\n"),
            "t:1:5: the weight is too large for a double: '1e999'");
  EXPECT_EQ(message("0 1 1 1\n"), "t:1:7: unexpected '1' after the edge");
  EXPECT_EQ(message("0,,1\n"),
            "t:1:3: there is no second node before the separator");
  EXPECT_EQ(message("# shape: 2 3\n2 0\n"),
            "t:2:1: the first node 2 is outside of the 2 that the comment with "
            "the shape announces");
}

TEST(EdgeListWriter, RoundTrips) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    CooMatrix coo = randomCoo(9, 17, 40, seed);
    coo.value[0] = 1.0 / 3;
    MatrixWriteOptions options;
    options.edgeBase = static_cast<int64_t>(seed % 2);
    ReadOptions reading;
    reading.edgeBase = options.edgeBase;
    Expected<MatrixFile> back = parseMatrix(
        *formatMatrix(coo, FileKind::EdgeList, options), "a", reading);
    ASSERT_TRUE(back.ok()) << back.message();
    EXPECT_EQ(back->matrix.rows, 9);
    EXPECT_EQ(back->matrix.cols, 17);
    EXPECT_EQ(back->matrix.row, coo.row);
    EXPECT_EQ(back->matrix.col, coo.col);
    EXPECT_EQ(back->matrix.value, coo.value);
  }
}

TEST(SmtxWriter, RoundTrips) {
  MatrixWriteOptions options;
  options.field = FileField::Pattern;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    CooMatrix coo = randomCoo(11, 5, 20, seed);
    Expected<MatrixFile> back =
        parseMatrix(*formatMatrix(coo, FileKind::Smtx, options), "a.smtx");
    ASSERT_TRUE(back.ok()) << back.message();
    std::fill(coo.value.begin(), coo.value.end(), 1);
    EXPECT_EQ(meaning(back->matrix), meaning(coo));
    EXPECT_EQ(back->matrix.entries(), coo.entries());
  }
  EXPECT_EQ(formatMatrix(randomCoo(2, 2, 2, 0), FileKind::Smtx).message(),
            "an .smtx file has no values; ask for the pattern alone");
}

TEST(WriteMatrix, CompressesByName) {
  TempDir dir;
  CooMatrix coo = randomCoo(30, 30, 100, 1);
  for (const char *name : {
           "a.mtx",
           "a.mtx.gz",
           "a.el.gz",
           "a.npz",
           "a.npy.gz",
#ifdef SPARSEGPU_HAS_ZSTD
           "a.mtx.zst",
           "a.npz.zst",
#endif
       }) {
    SCOPED_TRACE(name);
    std::string path = dir.path(name);
    ASSERT_TRUE(writeMatrix(path, coo, *kindOfName(path)).ok());
    Expected<MatrixFile> back = readMatrix(path);
    ASSERT_TRUE(back.ok()) << back.message();
    EXPECT_EQ(back->kind, *kindOfName(path));
    std::ifstream stream(path, std::ios::binary);
    bool packed = stream.get() == 0x1f || stream.peek() == 0xb5;
    EXPECT_EQ(packed, std::string(name).find("gz") != std::string::npos ||
                          std::string(name).find("zst") != std::string::npos);
  }
}
