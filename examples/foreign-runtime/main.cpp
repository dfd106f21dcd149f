//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Launches the kernels of a bundle without any code of SparseGPU: the CUDA
// driver, the fat binaries and manifest.json are enough (docs/Bundles.md). On a
// bundle that was made with --bundle-store-data:
//
//   launch-from-manifest DIR CASE
//
//===----------------------------------------------------------------------===//

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <fstream>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>
#include <zlib.h>

using nlohmann::json;
using Bytes = std::vector<char>;

namespace {
/// What this program uses of the CUDA driver API. With CUDA's headers installed
/// one would include cuda.h and link libcuda.
class Driver {
public:
  Driver() {
    handle = dlopen("libcuda.so.1", RTLD_NOW);
    if (!handle)
      throw std::runtime_error(dlerror());
    void *context;
    call<int (*)(unsigned)>("cuInit", 0u);
    call<int (*)(void **, int)>("cuDevicePrimaryCtxRetain", &context, 0);
    call<int (*)(void *)>("cuCtxSetCurrent", context);
  }

  /// Calls the function with that name, and throws if it fails.
  template <typename Function, typename... Arguments>
  void call(const char *name, Arguments... arguments) {
    auto function = reinterpret_cast<Function>(dlsym(handle, name));
    if (!function)
      throw std::runtime_error(std::string("the driver has no ") + name);
    if (int code = function(arguments...))
      throw std::runtime_error(std::string(name) + " failed with error " +
                               std::to_string(code));
  }

  uint64_t upload(const Bytes &bytes) {
    uint64_t pointer = 0;
    if (bytes.empty())
      return pointer;
    call<int (*)(uint64_t *, size_t)>("cuMemAlloc_v2", &pointer, bytes.size());
    copy(pointer, reinterpret_cast<uint64_t>(bytes.data()), bytes.size());
    return pointer;
  }

  /// Host and device share one address space. Waits, also for kernels.
  void copy(uint64_t destination, uint64_t source, size_t bytes) {
    call<int (*)(uint64_t, uint64_t, size_t, void *)>(
        "cuMemcpyAsync", destination, source, bytes, nullptr);
    call<int (*)(void *)>("cuStreamSynchronize", nullptr);
  }

private:
  void *handle;
};
} // namespace

static Bytes readAll(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw std::runtime_error("cannot read " + path);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

/// Data files are compressed with gzip.
static Bytes readData(const std::string &path) {
  gzFile file = gzopen(path.c_str(), "rb");
  if (!file)
    throw std::runtime_error("cannot read " + path);
  Bytes bytes, piece(1 << 16);
  int got;
  while ((got = gzread(file, piece.data(), piece.size())) > 0)
    bytes.insert(bytes.end(), piece.begin(), piece.begin() + got);
  gzclose(file);
  if (got < 0)
    throw std::runtime_error(path + " is damaged");
  return bytes;
}

static const json &find(const json &list, const char *key,
                        const std::string &value) {
  for (const json &object : list)
    if (object.at(key) == value)
      return object;
  throw std::runtime_error("there is no " + value);
}

/// Does every launch of the case; returns the bytes of its first result.
static Bytes run(const std::string &bundle, const json &program,
                 const json &info) {
  if (program.at("operands") != "device")
    throw std::runtime_error("the program takes host memory: its launches use "
                             "temporaries of its host code");
  Driver driver;
  // 1. Kernels, by name.
  std::map<std::string, void *> kernels;
  for (const json &module : program.at("modules")) {
    Bytes image =
        readAll(bundle + "/" +
                module.value("fatbin", module.at("ptx").get<std::string>()));
    image.push_back(0); // for PTX
    void *loaded;
    driver.call<int (*)(void **, const void *, unsigned, int *, void **)>(
        "cuModuleLoadDataEx", &loaded, image.data(), 0u, nullptr, nullptr);
    for (const json &name : module.at("kernels"))
      driver.call<int (*)(void **, void *, const char *)>(
          "cuModuleGetFunction", &kernels[name], loaded,
          name.get_ref<const std::string &>().c_str());
  }
  // 2. Operands.
  std::map<std::string, uint64_t> buffers;
  std::map<std::string, size_t> sizes;
  for (const json &buffer : info.at("buffers")) {
    if (!buffer.contains("file"))
      throw std::runtime_error("the bundle stores seeds instead of data: make "
                               "it with --bundle-store-data");
    Bytes bytes = readData(bundle + "/" + buffer.at("file").get<std::string>());
    std::string name = buffer.at("parameter");
    sizes[name] = bytes.size();
    buffers[name] = driver.upload(bytes);
  }
  // 3. Launches. A parameter is a number, or an address in a buffer.
  for (const json &launch : info.at("launches")) {
    std::vector<uint64_t> words;
    for (const json &parameter : launch.at("parameters"))
      words.push_back(
          parameter.contains("buffer")
              ? buffers.at(parameter.at("buffer")) +
                    parameter.at("offset").get<uint64_t>()
              : static_cast<uint64_t>(parameter.at("value").get<int64_t>()));
    // Little-endian: the low bytes of a word are a narrower value.
    std::vector<void *> pointers;
    for (uint64_t &word : words)
      pointers.push_back(&word);
    auto grid = launch.at("grid").get<std::vector<unsigned>>();
    auto block = launch.at("block").get<std::vector<unsigned>>();
    driver
        .call<int (*)(void *, unsigned, unsigned, unsigned, unsigned, unsigned,
                      unsigned, unsigned, void *, void **, void **)>(
            "cuLaunchKernel", kernels.at(launch.at("kernel")), grid[0], grid[1],
            grid[2], block[0], block[1], block[2],
            launch.at("dynamic_shared_bytes").get<unsigned>(), nullptr,
            pointers.data(), nullptr);
  }
  // 4. The result is in the memory of an operand.
  std::string name = info.at("result_buffers").at(0);
  Bytes result(sizes.at(name));
  driver.copy(reinterpret_cast<uint64_t>(result.data()), buffers.at(name),
              result.size());
  return result;
}

/// The records are index (i64), value (f64) and bound of the error (f64).
static long countWrong(const Bytes &got, const Bytes &expected) {
  long wrong = 0;
  for (size_t at = 0; at + 24 <= expected.size(); at += 24) {
    int64_t index;
    double value, bound;
    float element;
    std::memcpy(&index, &expected[at], 8);
    std::memcpy(&value, &expected[at + 8], 8);
    std::memcpy(&bound, &expected[at + 16], 8);
    std::memcpy(&element, &got.at(4 * index), 4);
    wrong += !(std::abs(element - value) <= bound);
  }
  return wrong;
}

int main(int argc, char **argv) {
  if (argc != 3) {
    std::cerr << "usage: launch-from-manifest BUNDLE CASE\n";
    return 2;
  }
  try {
    std::string bundle = argv[1];
    json manifest = json::parse(readAll(bundle + "/manifest.json"));
    const json &info = find(manifest.at("cases"), "name", argv[2]);
    const json &program =
        find(manifest.at("programs"), "id", info.at("program"));
    if (program.at("results").at(0).at("element") != "f32")
      throw std::runtime_error("this example compares f32 results only");
    Bytes result = run(bundle, program, info);
    Bytes expected = readData(
        bundle + "/" + info.at("expected").at(0).at("file").get<std::string>());
    long wrong = countWrong(result, expected);
    std::cout << info.at("launches").size() << " launches, "
              << expected.size() / 24 << " elements compared, " << wrong
              << " wrong\n";
    return wrong != 0;
  } catch (const std::exception &error) {
    std::cerr << "launch-from-manifest: error: " << error.what() << '\n';
    return 2;
  }
}
