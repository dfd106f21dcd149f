//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// NVML by dlopen.
//
//===----------------------------------------------------------------------===//

#include "Nvml.h"

#include <nlohmann/json.hpp>

#include <dlfcn.h>

using nlohmann::json;

namespace sparsegpu::gpubench {

template <typename... Arguments>
static bool call(void *library, const char *name, Arguments... arguments) {
  if (!library)
    return false;
  auto *function =
      reinterpret_cast<int (*)(Arguments...)>(dlsym(library, name));
  return function && function(arguments...) == 0;
}

Nvml::Nvml(const std::string &deviceName) {
  library = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!call(library, "nvmlInit_v2"))
    return;
  unsigned count = 0;
  call(library, "nvmlDeviceGetCount_v2", &count);
  for (unsigned index = 0; index < count; ++index) {
    void *candidate = nullptr;
    char name[128] = {};
    if (call(library, "nvmlDeviceGetHandleByIndex_v2", index, &candidate) &&
        call(library, "nvmlDeviceGetName", candidate, +name,
             unsigned(sizeof(name))) &&
        deviceName == name) {
      device = candidate;
      return;
    }
  }
}

Nvml::~Nvml() {
  call(library, "nvmlShutdown");
  if (library)
    dlclose(library);
}

json Nvml::driverVersion() const {
  char text[128] = {};
  if (call(library, "nvmlSystemGetDriverVersion", +text,
           unsigned(sizeof(text))))
    return text;
  return nullptr;
}

json Nvml::clocks() const {
  // nvmlClockType_t: SM and memory.
  constexpr unsigned kSM = 1, kMemory = 2;
  json result = json::object();
  auto number = [&](const char *member, const char *function, unsigned which,
                    double scale = 1) {
    unsigned value = 0;
    result[member] = nullptr;
    if (device && call(library, function, device, which, &value))
      result[member] = value * scale;
  };
  number("sm_mhz", "nvmlDeviceGetClockInfo", kSM);
  number("memory_mhz", "nvmlDeviceGetClockInfo", kMemory);
  number("sm_max_mhz", "nvmlDeviceGetMaxClockInfo", kSM);
  number("memory_max_mhz", "nvmlDeviceGetMaxClockInfo", kMemory);
  number("temperature_c", "nvmlDeviceGetTemperature", 0);
  unsigned milliwatts = 0;
  result["power_w"] = nullptr;
  if (device && call(library, "nvmlDeviceGetPowerUsage", device, &milliwatts))
    result["power_w"] = milliwatts / 1000.0;
  unsigned long long reasons = 0;
  result["throttle_reasons"] = nullptr;
  if (device && call(library, "nvmlDeviceGetCurrentClocksThrottleReasons",
                     device, &reasons))
    result["throttle_reasons"] = reasons;
  return result;
}

} // namespace sparsegpu::gpubench
