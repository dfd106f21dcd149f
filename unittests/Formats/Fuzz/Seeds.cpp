//===- Seeds.cpp - Small files of every kind
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Seeds.h"

#include "FileBuilders.h"
#include "SparseGPU/Formats/Container.h"
#include "SparseGPU/Formats/MatrixFileWriter.h"
#include "SparseGPU/Support/Compression.h"
#include "SparseGPU/Support/Strings.h"
#include "TestUtils.h"

#include <cstdio>
#include <cstdlib>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::fuzz;
using namespace sparsegpu::test;

/// The value, or the end: a seed that cannot be made is a mistake here.
template <typename T> static T must(Expected<T> value) {
  if (!value) {
    std::fprintf(stderr, "cannot make a seed: %s\n", value.message().c_str());
    std::abort();
  }
  return *std::move(value);
}

namespace {
class Seeds {
public:
  void add(std::string target, std::string name, std::string content) {
    all.push_back({std::move(target), std::move(name), std::move(content)});
  }
  void addTexts();
  void addNumpy();
  void addSafetensors();
  void addContainers();
  void addCompressed();
  std::vector<Seed> all;
};
} // namespace

void Seeds::addTexts() {
  CooMatrix coo = randomCoo(6, 5, 12, 4);
  add("matrix-market", "real", must(formatMatrix(coo, FileKind::MatrixMarket)));
  const std::pair<const char *, const char *> banners[] = {
      {"pattern", "coordinate pattern general\n2 3 2\n1 1\n2 3\n"},
      {"integer", "coordinate integer symmetric\n%c\n3 3 2\n2 1 -4\n3 3 7\n"},
      {"complex", "coordinate complex hermitian\n3 3 2\n1 1 1 0\n2 1 3 4\n"},
      {"skew", "coordinate real skew-symmetric\n2 2 1\n2 1 1e-3\n"},
      {"array", "array real general\n2 3\n1\n2.5\n0\n-4\nnan\ninf\n"},
      {"array-skew", "array integer skew-symmetric\n3 3\n1\n2\n3\n"},
      {"array-complex", "array complex symmetric\n2 2\n1 2\n3 4\n5 6\n"},
      {"empty", "coordinate double general\r\n0 0 0\r\n"}};
  for (const auto &[name, rest] : banners)
    add("matrix-market", name, concat("%%MatrixMarket matrix ", rest));

  MatrixWriteOptions pattern;
  pattern.field = FileField::Pattern;
  add("smtx", "small", must(formatMatrix(coo, FileKind::Smtx, pattern)));
  add("smtx", "empty", "2, 3, 0\n0 0 0\n\n");
  add("smtx", "unsorted", "2,4,3\r\n0 2 3\r\n3 0 1\r\n");

  add("tns", "extended", must(formatMatrix(coo, FileKind::Frostt)));
  add("tns", "plain", "# c\n1 2 0.5\n\n3 1 -4e3\r\n2 2 nan\n");
  add("tns", "order3", "1 2 3 0.5\n");
  add("tns", "none", "2 0\n0 5\n");

  add("edge-list", "shape", must(formatMatrix(coo, FileKind::EdgeList)));
  add("edge-list", "weights", "# a graph\n1,2,0.5\n2;1;4\n3 3 -1e9\n");
  add("edge-list", "pattern", "% c\n1 2\n\n2\t1\n");
}

void Seeds::addNumpy() {
  CooMatrix coo = randomCoo(4, 3, 7, 4);
  add("npy", "f8", must(formatMatrix(coo, FileKind::Npy)));
  std::string data = bytes<float>({0, 1, -2, .5, 3, 0});
  add("npy", "fortran", npy("<f4", "(2, 3)", data, /*fortran=*/true));
  add("npy", "big", npy(">f4", "(6,)", bytes<float>({1, 0, 2, 0, 3, 0}, true)));
  add("npy", "complex", npy("<c8", "(1, 3)", data));
  add("npy", "bool", npy("|b1", "(2, 1)", std::string("\1\0", 2)));
  add("npy", "half", npy("<f2", "(1, 2)", bytes<uint16_t>({0x3c00, 0})));
  add("npy", "unsigned", npy("<u8", "(2,)", bytes<uint64_t>({1, 1ull << 63})));
  add("npy", "version2",
      npyWithHeader("{\"shape\":(0,7),\"fortran_order\":True,"
                    "\"descr\":\"=i2\"}",
                    "", 2));

  add("npz", "coo", must(formatMatrix(coo, FileKind::Npz)));
  CooMatrix diagonal;
  diagonal.rows = diagonal.cols = 3;
  for (int64_t i = 0; i < 3; ++i)
    diagonal.add(i, i, 1.5);
  add("npz", "csr", must(formatMatrix(diagonal, FileKind::Npz)));
  std::string shape = npy("<i8", "(2,)", bytes<int64_t>({4, 4}));
  add("npz", "csc",
      npz({{"format", npy("<U3", "()", bytes<uint32_t>({'c', 's', 'c'}))},
           {"shape", shape},
           {"data", npyDoubles({1, 2, 3})},
           {"indices", npyIndices({0, 3, 1})},
           {"indptr", npyIndices({0, 1, 2, 2, 3})}}));
  add("npz", "bsr",
      npz({{"format", npy("|S3", "()", "bsr")},
           {"shape", shape},
           {"data",
            npy("<f4", "(2, 2, 2)", bytes<float>({1, 2, 3, 4, 5, 6, 7, 0}))},
           {"indices", npyIndices({1, 0})},
           {"indptr", npyIndices({0, 1, 2})}}));
  add("npz", "dia",
      npz({{"format", npy("|S3", "()", "dia")},
           {"shape", shape},
           {"data", npy("<f4", "(2, 3)", data)},
           {"offsets", npyIndices({0, -1})}}));
  add("npz", "dense", npz({{"a", npy("<f4", "(2, 3)", data)}}));
  add("npz", "named",
      npz({{"b", npyDoubles({1, 2})}, {"w", npyDoubles({0, 3})}}));
}

void Seeds::addSafetensors() {
  auto one = [](std::string_view type, std::string_view shape, size_t size) {
    return concat("{\"w\":{\"dtype\":\"", type, "\",\"shape\":", shape,
                  ",\"data_offsets\":[0,", size, "]}}");
  };
  const std::pair<const char *, size_t> types[] = {
      {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E4M3", 1}, {"F8_E5M2", 1},
      {"U16", 2},  {"I16", 2}, {"F16", 2}, {"BF16", 2},    {"U32", 4},
      {"I32", 4},  {"F32", 4}, {"U64", 8}, {"I64", 8},     {"F64", 8}};
  for (const auto &[type, width] : types)
    add("safetensors", type,
        safetensors(one(type, "[2,3]", 6 * width),
                    std::string(6 * width, '\x01')));
  add("safetensors", "vector", safetensors(one("U8", "[3]", 3), "abc"));
  add("safetensors", "metadata",
      safetensors("{\"__metadata__\":{\"k\":\"v\"},\"b\":{\"dtype\":\"F32\","
                  "\"shape\":[1],\"data_offsets\":[12,16]},\"w\":{\"dtype\":"
                  "\"BF16\",\"shape\":[2,3],\"data_offsets\":[0,12]}}  ",
                  std::string(16, '\x41')));
}

/// One entry in each of a few rows, one of them zero: far apart, or in two
/// columns, which every format takes.
static CooMatrix scattered(int64_t rows, int64_t cols, bool narrow) {
  CooMatrix coo;
  coo.rows = rows;
  coo.cols = cols;
  for (int64_t row = 0; row < rows; row += 1 + row % 2)
    coo.add(row, narrow ? row % 2 * 8 : row * 5 % cols,
            row == 2 ? 0.0 : 1.5 + static_cast<double>(row));
  return coo;
}

void Seeds::addContainers() {
  const ElementType types[] = {ElementType::F32, ElementType::F16,
                               ElementType::F64};
  for (const Format *format : allFormats()) {
    // The default parameters, then small ones.
    for (int64_t i = 0; i < 5; ++i) {
      PackOptions options;
      options.positionWidth = options.coordinateWidth = i == 0 ? 64 : 32;
      options.valueType = types[i % 3];
      std::vector<int64_t> parameters;
      for (const ParameterSpec &spec : format->parameters())
        parameters.push_back(
            i < 3 ? spec.defaultValue
                  : std::min(spec.smallest + i - 3, spec.largest));
      bool added = false;
      for (bool narrow : {false, true}) {
        CooMatrix coo = scattered(i == 1 ? 17 : 6, i == 1 ? 18 : 9, narrow);
        Expected<PackedMatrix> packed = pack(coo, *format, parameters, options);
        if (!packed)
          continue;
        added = true;
        add("container",
            concat(format->name(), "-", i, narrow ? "-narrow" : ""),
            must(formatContainer(*packed, *format)));
      }
      if (!added && i < 3)
        must(Expected<int>(Error(concat("format ", format->name()))));
    }
  }
}

void Seeds::addCompressed() {
  std::vector<Seed> plain = all;
  for (const Seed &seed : plain)
    if (seed.name == "real" || seed.name == "small" || seed.name == "shape" ||
        seed.name == "f8" || seed.name == "csr") {
      add("compression", seed.target + ".gz",
          must(compress(seed.content, Compression::Gzip)));
#ifdef SPARSEGPU_HAS_ZSTD
      add("compression", seed.target + ".zst",
          must(compress(seed.content, Compression::Zstd)));
#endif
    }
  std::string half = must(compress("2, 3, 0\n0 0 ", Compression::Gzip));
  add("compression", "members.gz",
      half + must(compress("0\n\n", Compression::Gzip)));
}

std::vector<Seed> fuzz::makeSeeds() {
  Seeds seeds;
  seeds.addTexts();
  seeds.addNumpy();
  seeds.addSafetensors();
  seeds.addContainers();
  seeds.addCompressed();
  return std::move(seeds.all);
}
