//===- Mutators.cpp - Changes behind checksums
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Mutators.h"

#include "ContainerHeader.h"
#include "SparseGPU/Support/Compression.h"
#include "SparseGPU/Support/CounterHash.h"
#include "Zip.h"

#include <algorithm>
#include <cstring>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::fuzz;

namespace {
class Random {
public:
  explicit Random(uint64_t seed) : hash(seed) {}
  /// Below `bound`; 0 for 0.
  uint64_t below(uint64_t bound) {
    return bound ? hash.below(counter++, bound) : 0;
  }
  uint64_t bits() { return hash.bits(counter++); }

private:
  CounterHash hash;
  uint64_t counter = 0;
};
} // namespace

static std::string mutateBytes(std::string_view content, size_t maxSize,
                               ByteMutator bytes) {
  std::string result(content.substr(0, maxSize));
  size_t size = result.size();
  result.resize(std::max<size_t>(maxSize, 1));
  result.resize(
      bytes(reinterpret_cast<uint8_t *>(result.data()), size, result.size()));
  return result;
}

/// A number near `value`, or one that breaks what does not look out.
static int64_t otherNumber(int64_t value, Random &random) {
  static constexpr int64_t nasty[] = {0,
                                      1,
                                      7,
                                      255,
                                      65536,
                                      0x7fffffff,
                                      0x80000000,
                                      0xffffffff,
                                      int64_t(1) << 53,
                                      int64_t(1) << 60,
                                      INT64_MAX / 8,
                                      INT64_MAX - 1,
                                      INT64_MAX};
  switch (random.below(4)) {
  case 0:
    return value < INT64_MAX ? value + 1 : 0;
  case 1:
    return value > 0 ? value - 1 : 0;
  case 2:
    return static_cast<int64_t>(random.below(40));
  default:
    return nasty[random.below(std::size(nasty))];
  }
}

//===----------------------------------------------------------------------===//
// Containers
//===----------------------------------------------------------------------===//

/// An element, or any bytes of a field. `storage` keeps them.
static void mutateField(ContainerField &field, std::string &storage,
                        Random &random, ByteMutator bytes) {
  storage.assign(reinterpret_cast<const char *>(field.data), field.bytes());
  size_t width = byteSize(field.type);
  switch (random.below(5)) {
  case 0:
    storage = mutateBytes(storage, storage.size() + 4 * width, bytes);
    break;
  case 1: // One element more or less.
    storage.resize(random.below(2) || storage.size() < width
                       ? storage.size() + width
                       : storage.size() - width);
    break;
  case 2:
    field.type = static_cast<ElementType>(
        random.below(static_cast<uint64_t>(ElementType::Index) + 1));
    break;
  default:
    if (field.count == 0)
      break;
    size_t at = random.below(static_cast<uint64_t>(field.count)) * width;
    uint64_t value = 0;
    std::memcpy(&value, &storage[at], width);
    value =
        static_cast<uint64_t>(otherNumber(static_cast<int64_t>(value), random));
    std::memcpy(&storage[at], &value, width);
  }
  width = byteSize(field.type);
  field.count = static_cast<int64_t>(storage.size() / width);
  field.data = reinterpret_cast<const std::byte *>(storage.data());
}

/// Checksums and lengths in the fixed part, as docs/Formats/Container.md has
/// them.
static void repairPrefix(std::string &content) {
  if (content.size() < 64)
    return;
  uint64_t textSize = 0, fileSize = content.size();
  std::memcpy(&textSize, &content[16], 8);
  textSize = std::min<uint64_t>(textSize, fileSize - 64);
  std::memcpy(&content[16], &textSize, 8);
  std::memcpy(&content[24], &fileSize, 8);
  uint32_t crc =
      containerChecksum(std::string_view(content).substr(64, textSize));
  std::memcpy(&content[12], &crc, 4);
  crc = containerChecksum(std::string_view(content).substr(0, 32));
  std::memcpy(&content[32], &crc, 4);
}

static std::string mutateContainer(std::string_view content, size_t maxSize,
                                   Random &random, ByteMutator bytes) {
  Expected<ContainerView> view = viewContainer(content, "f");
  if (!view || random.below(4) == 0) {
    std::string changed = mutateBytes(content, maxSize, bytes);
    if (random.below(4))
      repairPrefix(changed);
    return changed;
  }
  std::string storage;
  int64_t *numbers[] = {&view->rows, &view->cols, &view->nnz};
  switch (random.below(8)) {
  case 0:
  case 1: {
    size_t i = random.below(3 + view->parameters.size());
    int64_t &number = i < 3 ? *numbers[i] : view->parameters[i - 3].second;
    number = otherNumber(number, random);
    break;
  }
  case 2:
    mutateField(view->explicitZeros, storage, random, bytes);
    view->explicitZeros.type = ElementType::I64;
    view->explicitZeros.count = static_cast<int64_t>(storage.size() / 8);
    break;
  default:
    if (!view->fields.empty())
      mutateField(view->fields[random.below(view->fields.size())], storage,
                  random, bytes);
  }
  return writeContainerHeader(*view);
}

//===----------------------------------------------------------------------===//
// Archives and compressed files
//===----------------------------------------------------------------------===//

static std::string mutateArchive(std::string_view content, size_t maxSize,
                                 Random &random, ByteMutator bytes) {
  Expected<std::vector<ZipMember>> members = listZip(content, "f");
  if (!members || members->empty() || random.below(4) == 0)
    return mutateBytes(content, maxSize, bytes);
  size_t chosen = random.below(members->size());
  ZipWriter writer;
  for (size_t i = 0; i < members->size(); ++i) {
    std::string inflated;
    Expected<std::string_view> member =
        readZipMember(content, (*members)[i], "f", inflated);
    if (!member)
      return mutateBytes(content, maxSize, bytes);
    writer.add((*members)[i].name,
               i == chosen ? mutateBytes(*member, member->size() + 64, bytes)
                           : std::string(*member));
  }
  return writer.finish();
}

static std::string mutateCompressed(std::string_view content, size_t maxSize,
                                    Random &random, ByteMutator bytes) {
  if (random.below(2) && isCompressed(content)) {
    Expected<std::string> text = decompress(content, "f");
    if (text && text->size() < maxSize) {
      std::string changed = mutateBytes(*text, text->size() + 64, bytes);
      Expected<std::string> packed = compress(
          changed, random.below(2) ? Compression::Gzip : Compression::Zstd);
      if (packed)
        return *std::move(packed);
    }
  }
  return mutateBytes(content, maxSize, bytes);
}

std::string fuzz::mutate(std::string_view target, std::string_view content,
                         size_t maxSize, uint64_t seed, ByteMutator bytes) {
  Random random(seed);
  if (target == "container")
    return mutateContainer(content, maxSize, random, bytes);
  if (target == "npz")
    return mutateArchive(content, maxSize, random, bytes);
  if (target == "compression")
    return mutateCompressed(content, maxSize, random, bytes);
  return mutateBytes(content, maxSize, bytes);
}
