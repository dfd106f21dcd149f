//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Runtime/Bundle/Manifest.h"
#include "SparseGPU/Support/FileIO.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace sparsegpu;
using namespace sparsegpu::bundle;
using nlohmann::json;

namespace {
class ManifestTest : public testing::Test {
protected:
  ManifestTest() {
    std::string name = testing::TempDir() + "sparsegpu-manifest-XXXXXX";
    folder = mkdtemp(name.data());
  }
  ~ManifestTest() override { std::filesystem::remove_all(folder); }

  Expected<Manifest> read(const json &document) {
    EXPECT_TRUE(writeFile(folder + "/manifest.json", document.dump()));
    return readManifest(folder);
  }

  std::string folder;
  json good = json::parse(R"({
    "sparsegpu_bundle": 1, "producer": "test",
    "programs": [{
      "id": "p", "entry": "f", "symbol": "call_f", "operands": "device",
      "source": "f.mlir", "schedule": "", "cuda_library": "programs/p/cuda.so",
      "emulator_library": "programs/p/emulator.so", "header": "programs/p/f.h",
      "parameters": [
        {"name": "B", "kind": "buffer", "element": "f32", "rank": 2},
        {"name": "A.rows", "kind": "size"},
        {"name": "alpha", "kind": "scalar", "element": "f16"}],
      "results": [{"name": "D", "element": "bf16", "rank": 2}],
      "chips": ["sm_80"]}],
    "cases": [{
      "name": "c", "program": "p",
      "buffers": [{"parameter": "B", "shape": [3, 4], "fill": "random",
                   "seed": 18446744073709551615},
                  {"parameter": "B", "shape": [3, 4], "file": "data/b.gz"}],
      "scalars": [{"parameter": "A.rows", "bits": -1}],
      "matrices": [{"argument": "A", "source": "x.mtx", "format": "csr",
                    "rows": 3, "columns": 4, "nonzeros": 5, "bytes": 6}],
      "expected": [{"result": "D", "elements": 12, "stored": 12,
                    "file": "data/d.gz"}]}]
  })");
};
} // namespace

TEST_F(ManifestTest, ReadsEveryMember) {
  Expected<Manifest> manifest = read(good);
  ASSERT_TRUE(manifest) << manifest.message();
  const Program *program = manifest->findProgram("p");
  ASSERT_NE(program, nullptr);
  EXPECT_TRUE(program->deviceOperands);
  EXPECT_EQ(program->symbol, "call_f");
  ASSERT_EQ(program->parameters.size(), 3u);
  EXPECT_EQ(program->parameters[0].rank, 2);
  EXPECT_EQ(program->parameters[1].kind, Parameter::Kind::Size);
  EXPECT_EQ(program->parameters[2].element, formats::ElementType::F16);
  EXPECT_EQ(program->results[0].element, formats::ElementType::BF16);
  EXPECT_EQ(program->chips, std::vector<std::string>{"sm_80"});
  const Case *entry = manifest->findCase("c");
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->buffers[0].seed, 18446744073709551615u);
  EXPECT_EQ(entry->buffers[1].file, "data/b.gz");
  EXPECT_EQ(entry->scalars[0].bits, -1);
  EXPECT_EQ(entry->matrices[0].nonzeros, 5);
  EXPECT_EQ(entry->expected[0].stored, 12);
  EXPECT_EQ(manifest->findProgram("q"), nullptr);
  EXPECT_EQ(manifest->findCase("q"), nullptr);
}

/// Calls `visit` with the place of each member of each object.
template <typename Visitor>
static void eachMember(const json &value, const json::json_pointer &at,
                       Visitor visit) {
  if (value.is_object())
    for (auto &[key, member] : value.items()) {
      visit(at / key);
      eachMember(member, at / key, visit);
    }
  if (value.is_array())
    for (size_t i = 0; i < value.size(); ++i)
      eachMember(value[i], at / i, visit);
}

TEST_F(ManifestTest, NamesTheMemberThatIsMissing) {
  unsigned tried = 0;
  eachMember(good, json::json_pointer(), [&](const json::json_pointer &at) {
    std::string key = at.back();
    // A bundle may lack code for a device; without a file data are made.
    if (key == "cuda_library" || key == "emulator_library" || key == "header" ||
        (key == "file" && at.to_string().find("expected") != std::string::npos))
      return;
    json document = good;
    document[at.parent_pointer()].erase(key);
    Expected<Manifest> manifest = read(document);
    EXPECT_FALSE(manifest) << at;
    std::string wanted = key == "file" ? "seed" : key;
    EXPECT_NE(manifest.message().find("'" + wanted + "'"), std::string::npos)
        << at << ": " << manifest.message();
    EXPECT_NE(manifest.message().find("manifest.json"), std::string::npos);
    ++tried;
  });
  EXPECT_GT(tried, 35u);
}

TEST_F(ManifestTest, RefusesOtherTypes) {
  eachMember(good, json::json_pointer(), [&](const json::json_pointer &at) {
    json document = good;
    document[at] = json::object({{"x", true}});
    // Of "cases": {} the members are read, and are no cases.
    EXPECT_FALSE(read(document)) << at;
    document[at] = true;
    EXPECT_FALSE(read(document)) << at;
  });
}

TEST_F(ManifestTest, RefusesValuesThatMeanNothing) {
  using Change = std::pair<const char *, json>;
  for (const auto &[place, value] : {
           Change{"/sparsegpu_bundle", 2},
           Change{"/sparsegpu_bundle", 1.5},
           Change{"/programs/0/operands", "elsewhere"},
           Change{"/programs/0/cuda_library", "/usr/lib/x.so"},
           Change{"/programs/0/emulator_library", "../x.so"},
           Change{"/programs/0/parameters/0/kind", "thing"},
           Change{"/programs/0/parameters/0/element", "f8"},
           Change{"/programs/0/parameters/0/rank", 9},
           Change{"/programs/0/results/0/rank", -4},
           Change{"/cases/0/program", "q"},
           Change{"/cases/0/buffers/0/shape/0", -1},
           Change{"/cases/0/buffers/0/fill", "ones"},
           Change{"/cases/0/buffers/0/seed", -1},
           Change{"/cases/0/buffers/1/file", "data/../../x"},
           Change{"/programs/1", good["programs"][0]},
           Change{"/cases/1", good["cases"][0]},
       }) {
    json document = good;
    document[json::json_pointer(place)] = value;
    EXPECT_FALSE(read(document)) << place << " = " << value;
  }
}

TEST_F(ManifestTest, RefusesWhatIsNoManifest) {
  EXPECT_FALSE(readManifest(folder));
  for (const char *text :
       {"", "{", "[]", "null", "5", "\xff\xfe", "{\"a\":1}"}) {
    EXPECT_TRUE(writeFile(folder + "/manifest.json", text));
    EXPECT_FALSE(readManifest(folder)) << text;
  }
}
