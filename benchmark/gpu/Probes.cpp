//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Bandwidths and rates.
//
//===----------------------------------------------------------------------===//

#include "Probes.h"

#include "Vendor/CublasApi.h"
#include "Vendor/CusparseApi.h"

#include "SparseGPU/Formats/Generators.h"

#include <nlohmann/json.hpp>

#include <algorithm>

using nlohmann::json;

namespace sparsegpu::gpubench {

using bundle::DeviceBuffer;
using formats::ElementType;

Expected<DeviceFacts> DeviceFacts::parse(const std::string &text) {
  json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object())
    return Error("the runtime library describes its device as " + text);
  auto number = [&](const char *member) {
    auto it = object.find(member);
    return it != object.end() && it->is_number() ? it->get<double>() : 0.0;
  };
  auto words = [&](const char *member) {
    auto it = object.find(member);
    return it != object.end() && it->is_string() ? it->get<std::string>() : "";
  };
  DeviceFacts facts;
  facts.name = words("name");
  facts.chip = words("chip");
  facts.software = words("runtime") != "cuda";
  facts.multiprocessors = number("multiprocessors");
  facts.memoryBytes = number("memory_bytes");
  facts.l2Bytes = number("l2_bytes");
  facts.clockHz = number("clock_khz") * 1000;
  return facts;
}

/// Median seconds of `call`.
static Expected<double> seconds(const DeviceContext &device, unsigned repeats,
                                const std::function<Status()> &call) {
  bundle::TimingOptions options;
  options.repeats = repeats;
  options.warmup = 3;
  Expected<bundle::Timing> timing =
      bundle::measure(device.library, device.stream, options, call);
  if (!timing)
    return timing.takeError();
  return timing->median() / 1000;
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

/// Bytes per second, read and written, of copies of `bytes`.
static Expected<double> copyBandwidth(const DeviceContext &device,
                                      uint64_t bytes, unsigned repeats) {
  bytes = std::max<uint64_t>(bytes / 256 * 256, 256);
  DeviceBuffer buffers[2];
  for (DeviceBuffer &buffer : buffers) {
    if (Status made = buffer.reset(device.library, bytes); !made)
      return made.takeError();
    if (Status filled = device.library.fill(buffer.data(), 0x3f9d70a4,
                                            bytes / 4, device.stream);
        !filled)
      return filled.takeError();
  }
  Expected<double> time = seconds(device, repeats, [&] {
    return device.library.copyOnDevice(buffers[1].data(), buffers[0].data(),
                                       bytes, device.stream);
  });
  if (!time)
    return time.takeError();
  return *time > 0 ? 2.0 * double(bytes) / *time : 0.0;
}

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

/// `count` random elements. A block of them is made on the host and repeated on
/// the device: products of zeros would need less power, and run faster, than
/// those of numbers.
static Expected<DeviceBuffer> randomBuffer(const DeviceContext &device,
                                           int64_t count, ElementType type) {
  int64_t block = std::min<int64_t>(count, 1 << 20);
  Expected<std::vector<std::byte>> bytes = formats::generateDense(
      formats::DenseFill::Random, /*seed=*/1, type, block);
  if (!bytes)
    return bytes.takeError();
  uint64_t width = formats::byteSize(type), total = count * width;
  Expected<DeviceBuffer> buffer = DeviceBuffer::create(device.library, total);
  if (!buffer)
    return buffer;
  char *data = static_cast<char *>(buffer->data());
  for (uint64_t done = 0; done < total; done += block * width) {
    uint64_t piece = std::min<uint64_t>(block * width, total - done);
    if (Status copied = device.library.copy(data + done, bytes->data(), piece,
                                            device.stream);
        !copied)
      return copied.takeError();
  }
  return buffer;
}

static Expected<double> matrixRate(const DeviceContext &device,
                                   const CublasApi &cublas, int64_t n,
                                   ElementType type, int computeType,
                                   unsigned repeats) {
  DeviceBuffer matrices[3];
  for (DeviceBuffer &matrix : matrices) {
    Expected<DeviceBuffer> made = randomBuffer(device, n * n, type);
    if (!made)
      return made.takeError();
    matrix = std::move(*made);
  }
  if (Status set = cublas.prepare(device.stream, type); !set)
    return set.takeError();
  Expected<double> time = seconds(device, repeats, [&] {
    return cublas.rowMajorProduct(n, n, n, matrices[0].data(),
                                  matrices[1].data(), matrices[2].data(), type,
                                  computeType);
  });
  if (!time)
    return time.takeError();
  return *time > 0 ? 2.0 * double(n) * double(n) * double(n) / *time : 0.0;
}

/// The largest power of two up to `size` whose three matrices take no more than
/// half of the memory.
static int64_t fittingSize(int64_t size, double memoryBytes, ElementType type) {
  while (memoryBytes > 0 && size > 256 &&
         3.0 * size * size * formats::byteSize(type) > memoryBytes / 2)
    size /= 2;
  return size;
}

Rates probe(const DeviceContext &device, const DeviceFacts &facts,
            const CublasApi *cublas, const ProbeOptions &options,
            json &details) {
  Rates rates;
  rates.l2Bytes = facts.l2Bytes;
  details = json::object();

  auto copy = [&](const char *name, double bytes, double &place) {
    Expected<double> measured =
        copyBandwidth(device, uint64_t(bytes), options.repeats);
    details[name] = {{"bytes", bytes}};
    if (measured) {
      place = *measured;
      details[name]["gb_per_s"] = *measured / 1e9;
    } else {
      details[name]["error"] = measured.message();
    }
  };
  double bytes = options.copyBytes;
  if (facts.memoryBytes > 0)
    bytes = std::min(bytes, facts.memoryBytes / 8);
  copy("copy", bytes, rates.copyBandwidth);
  if (facts.l2Bytes > 0)
    copy("l2", facts.l2Bytes / 4, rates.l2Bandwidth);
  else
    details["l2"] = {{"error", "the size of the L2 cache is not known"}};

  details["matrix"] = json::object();
  if (cublas) {
    struct Kind {
      const char *name;
      ElementType type;
      int compute;
      int64_t size;
    };
    for (const Kind &kind :
         {Kind{"f16", ElementType::F16, cublas::kCompute32F,
               options.matrixSize},
          Kind{"f32", ElementType::F32, cublas::kCompute32F,
               options.matrixSize},
          Kind{"tf32", ElementType::F32, cublas::kCompute32FFastTF32,
               options.matrixSize},
          // Half the size: on many chips f64 is slow.
          Kind{"f64", ElementType::F64, cublas::kCompute64F,
               std::max<int64_t>(options.matrixSize / 2, 1)}}) {
      int64_t size = fittingSize(kind.size, facts.memoryBytes, kind.type);
      Expected<double> rate = matrixRate(device, *cublas, size, kind.type,
                                         kind.compute, options.repeats);
      json &entry = details["matrix"][kind.name];
      entry = {{"size", size}};
      if (rate) {
        rates.matrixRate[kind.name] = *rate;
        entry["tflops"] = *rate / 1e12;
      } else {
        entry["error"] = rate.message();
      }
    }
  }

  rates.theoreticalFmaRate =
      facts.clockHz * facts.multiprocessors * double(fmaLanes(facts.chip)) * 2;
  details["f32_fma_theoretical"] = {{"clock_mhz", facts.clockHz / 1e6},
                                    {"multiprocessors", facts.multiprocessors},
                                    {"lanes", fmaLanes(facts.chip)},
                                    {"tflops", rates.theoreticalFmaRate / 1e12},
                                    {"measured", false}};
  return rates;
}

Rates ratesFrom(const json &details, const DeviceFacts &facts) {
  Rates rates;
  rates.l2Bytes = facts.l2Bytes;
  auto read = [](const json &object, const std::string &probe,
                 const char *member, double scale) {
    auto it = object.is_object() ? object.find(probe) : object.end();
    if (it == object.end() || !it->is_object() || !it->contains(member) ||
        !(*it)[member].is_number())
      return 0.0;
    return (*it)[member].get<double>() * scale;
  };
  rates.copyBandwidth = read(details, "copy", "gb_per_s", 1e9);
  rates.l2Bandwidth = read(details, "l2", "gb_per_s", 1e9);
  rates.theoreticalFmaRate =
      read(details, "f32_fma_theoretical", "tflops", 1e12);
  if (details.is_object() && details.contains("matrix"))
    for (const char *type : {"f16", "f32", "tf32", "f64"})
      if (double rate = read(details["matrix"], type, "tflops", 1e12))
        rates.matrixRate[type] = rate;
  return rates;
}

} // namespace sparsegpu::gpubench
