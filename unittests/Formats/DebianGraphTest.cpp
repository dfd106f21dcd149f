//===- DebianGraphTest.cpp - utils/debian-graph.py
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/MatrixFile.h"
#include "SparseGPU/Support/FileIO.h"
#include "SparseGPU/Support/Strings.h"
#include "TestUtils.h"

#include <cstdlib>
#include <gtest/gtest.h>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

/// Runs the script; its messages go to the file "log" in `dir`.
static bool runScript(const TempDir &dir, const std::string &arguments) {
  std::string command = concat(SPARSEGPU_PYTHON, " ", SPARSEGPU_SOURCE_DIR,
                               "/utils/debian-graph.py ", arguments, " > ",
                               dir.path("stdout"), " 2> ", dir.path("log"));
  return std::system(command.c_str()) == 0;
}

/// a depends on b or c, on d (continued line) and on itself by a virtual name;
/// b on the virtual v, which c and d provide; d on something unknown.
static const char packages[] = "Package: b\n"
                               "Depends: v\n"
                               "\n"
                               "Package: a\n"
                               "Version: 1\n"
                               "Pre-Depends: b (>= 1) | c:any\n"
                               "depends: w,\n"
                               " d [amd64]\n"
                               "Provides: w (= 2)\n"
                               "Description: x\n"
                               " Depends: nothing\n"
                               "\n"
                               "Package: c\n"
                               "Provides: v, x\n"
                               "\n"
                               "Package: d\n"
                               "Provides: v\n"
                               "Depends: unknown\n";

TEST(DebianGraph, WritesDependencies) {
  TempDir dir;
  std::string list = dir.write("Packages", packages);
  std::string out = dir.path("out.mtx");
  ASSERT_TRUE(runScript(dir, "--packages " + list + " " + out));
  EXPECT_EQ(*readFile(dir.path("log")),
            "debian-graph.py: 4 packages, 5 dependencies from Packages; "
            "skipped 1 on unknown names, 1 on itself\n");
  Expected<MatrixFile> file = readMatrix(out);
  ASSERT_TRUE(file.ok()) << file.message();
  EXPECT_EQ(file->field, FileField::Real);
  EXPECT_EQ(file->matrix.rows, 4);
  EXPECT_EQ(file->matrix.cols, 4);
  Meaning expected = {{{0, 1}, 1.0 / 3},
                      {{0, 2}, 1.0 / 3},
                      {{0, 3}, 1.0 / 3},
                      {{1, 2}, 0.5},
                      {{1, 3}, 0.5}};
  EXPECT_EQ(meaning(file->matrix), expected);
}

TEST(DebianGraph, Options) {
  TempDir dir;
  std::string list = dir.write("Packages.gz", gzip(packages));
  ASSERT_TRUE(runScript(dir, "--pattern --packages " + list + " -"));
  Expected<MatrixFile> file = readMatrix(dir.path("stdout"));
  ASSERT_TRUE(file.ok()) << file.message();
  EXPECT_EQ(file->field, FileField::Pattern);
  EXPECT_EQ(file->storedEntries, 5);

  // c and d are depended on twice, a and b once or never.
  ASSERT_TRUE(runScript(dir, "--max-packages 3 --packages " + list + " -"));
  file = readMatrix(dir.path("stdout"));
  ASSERT_TRUE(file.ok()) << file.message();
  EXPECT_EQ(file->matrix.rows, 3);
  Meaning expected = {{{0, 1}, 0.5}, {{0, 2}, 0.5}};
  EXPECT_EQ(meaning(file->matrix), expected);
}

TEST(DebianGraph, Errors) {
  TempDir dir;
  auto log = [&] { return *readFile(dir.path("log")); };
  EXPECT_FALSE(runScript(dir, "--packages /no/such/list -"));
  EXPECT_EQ(log(), "debian-graph.py: error: /no/such/list: No such file or "
                   "directory\n");
  std::string empty = dir.write("empty", "\n\n");
  EXPECT_FALSE(runScript(dir, "--packages " + empty + " -"));
  EXPECT_EQ(log(), "debian-graph.py: error: empty: no packages found\n");
  std::string cut = dir.write("cut.gz", gzip(packages).substr(0, 40));
  EXPECT_FALSE(runScript(dir, "--packages " + cut + " -"));
  EXPECT_NE(log().find("cut.gz: Compressed file ended before"),
            std::string::npos)
      << log();
  std::string list = dir.write("Packages", packages);
  EXPECT_FALSE(runScript(dir, "--packages " + list + " /no/such/folder/x"));
  EXPECT_EQ(log(), "debian-graph.py: error: /no/such/folder/x: cannot write: "
                   "No such file or directory\n");
  EXPECT_FALSE(runScript(dir, "--max-packages 0 -"));
  EXPECT_NE(log().find("must be at least 1, found 0"), std::string::npos);
}
