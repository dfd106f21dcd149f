//===- Memory.cpp - Device memory and what is known of it -----------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Memory.h"

#include "Format.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

using namespace sparsegpu::emulator;

/// What cudaMalloc promises.
static constexpr size_t kAlignment = 256;

static size_t roundUp(size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

DeviceMemory::~DeviceMemory() {
  for (auto &entry : owned)
    std::free(reinterpret_cast<void *>(entry.first));
}

void *DeviceMemory::allocate(size_t bytes, bool poison) {
  if (bytes == 0 || bytes > SIZE_MAX - kAlignment)
    return nullptr;
  size_t rounded = roundUp(bytes);
  void *pointer = std::aligned_alloc(kAlignment, rounded);
  if (!pointer)
    return nullptr;
  Owned entry;
  entry.bytes = bytes;
  if (poison) {
    std::memset(pointer, 0xff, rounded);
    entry.written.reset(static_cast<uint8_t *>(std::calloc(bytes, 1)));
  }
  std::lock_guard<std::mutex> lock(mutex);
  owned[reinterpret_cast<uint64_t>(pointer)] = std::move(entry);
  return pointer;
}

Status DeviceMemory::free(void *pointer) {
  if (!pointer)
    return Status::success();
  {
    std::lock_guard<std::mutex> lock(mutex);
    if (!owned.erase(reinterpret_cast<uint64_t>(pointer)))
      return Status::error(
          formatText("freeing {0}, which is not the address of a live "
                     "device allocation",
                     pointer));
  }
  std::free(pointer);
  return Status::success();
}

void DeviceMemory::registerHost(void *pointer, size_t bytes) {
  std::lock_guard<std::mutex> lock(mutex);
  auto &entry = registered[reinterpret_cast<uint64_t>(pointer)];
  entry.first = std::max<uint64_t>(entry.first, bytes);
  ++entry.second;
}

Status DeviceMemory::unregisterHost(void *pointer) {
  std::lock_guard<std::mutex> lock(mutex);
  auto it = registered.find(reinterpret_cast<uint64_t>(pointer));
  if (it == registered.end())
    return Status::error(
        formatText("host memory at {0} was not registered", pointer));
  if (--it->second.second == 0)
    registered.erase(it);
  return Status::success();
}

Status DeviceMemory::checkRange(const void *pointer, size_t bytes,
                                const char *what) const {
  uint64_t address = reinterpret_cast<uint64_t>(pointer);
  std::lock_guard<std::mutex> lock(mutex);
  auto it = owned.upper_bound(address);
  if (it == owned.begin())
    return Status::success();
  --it;
  if (address >= it->first + it->second.bytes ||
      bytes <= it->first + it->second.bytes - address)
    return Status::success();
  return Status::error(
      formatText("{0} of {1} bytes at {2} runs past the end of a device "
                 "allocation of {3} bytes at {4:x}",
                 what, bytes, pointer, it->second.bytes, it->first));
}

bool DeviceMemory::isKnown(const void *pointer, size_t bytes) const {
  uint64_t address = reinterpret_cast<uint64_t>(pointer);
  auto holds = [&](uint64_t begin, uint64_t size) {
    return address >= begin && address - begin < size &&
           bytes <= size - (address - begin);
  };
  std::lock_guard<std::mutex> lock(mutex);
  auto it = owned.upper_bound(address);
  if (it != owned.begin() &&
      holds(std::prev(it)->first, std::prev(it)->second.bytes))
    return true;
  // These may overlap.
  return std::any_of(registered.begin(), registered.end(), [&](auto &entry) {
    return holds(entry.first, entry.second.first);
  });
}

AllocationTable DeviceMemory::snapshot() const {
  AllocationTable table;
  std::lock_guard<std::mutex> lock(mutex);
  for (auto &entry : owned)
    table.push_back({entry.first, entry.first + entry.second.bytes,
                     "device allocation", entry.second.written.get(),
                     entry.first + roundUp(entry.second.bytes)});
  for (auto &entry : registered)
    table.push_back({entry.first, entry.first + entry.second.first,
                     "registered host memory"});
  std::sort(table.begin(), table.end(),
            [](const Allocation &a, const Allocation &b) {
              return a.begin < b.begin;
            });
  return table;
}

uint8_t *DeviceMemory::writtenAt(uint64_t address, uint64_t bytes) const {
  auto it = owned.upper_bound(address);
  if (it == owned.begin())
    return nullptr;
  --it;
  if (!it->second.written || address - it->first >= it->second.bytes ||
      bytes > it->second.bytes - (address - it->first))
    return nullptr;
  return it->second.written.get() + (address - it->first);
}

void DeviceMemory::noteWritten(const void *pointer, const void *source,
                               size_t bytes) {
  std::lock_guard<std::mutex> lock(mutex);
  uint8_t *to = writtenAt(reinterpret_cast<uint64_t>(pointer), bytes);
  if (!to)
    return;
  // Copying what nothing wrote is no fault, and makes no value of it.
  if (const uint8_t *from =
          writtenAt(reinterpret_cast<uint64_t>(source), bytes))
    std::memmove(to, from, bytes);
  else
    std::memset(to, 1, bytes);
}

static AllocationTable::const_iterator
lastNotAfter(const AllocationTable &table, uint64_t address) {
  return std::upper_bound(
      table.begin(), table.end(), address,
      [](uint64_t value, const Allocation &a) { return value < a.begin; });
}

const Allocation *
sparsegpu::emulator::findAllocation(const AllocationTable &table,
                                    uint64_t address, uint64_t bytes) {
  // Registered ranges may overlap; look a few entries back.
  auto it = lastNotAfter(table, address);
  for (unsigned tries = 0; it != table.begin() && tries < 8; ++tries) {
    --it;
    if (it->contains(address, bytes))
      return &*it;
  }
  return nullptr;
}

std::string sparsegpu::emulator::describeNearest(const AllocationTable &table,
                                                 uint64_t address) {
  const Allocation *best = nullptr;
  uint64_t bestDistance = UINT64_MAX;
  for (const Allocation &a : table) {
    uint64_t distance = address < a.begin ? a.begin - address
                        : address < a.end ? 0
                                          : address - a.end;
    if (distance < bestDistance) {
      bestDistance = distance;
      best = &a;
    }
  }
  if (!best)
    return "there is no device allocation";
  uint64_t size = best->end - best->begin;
  if (bestDistance == 0 && address < best->end)
    return formatText("it begins {0} bytes into a {1} of {2} bytes at {3:x}",
                      address - best->begin, best->what, size, best->begin);
  return formatText("the nearest is a {0} of {1} bytes at {2:x}, {3} bytes {4}",
                    best->what, size, best->begin, bestDistance,
                    address < best->begin ? "behind the access"
                                          : "before the access");
}
