//===- ShadowMemory.h - Who touched which memory last -----------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Memory has a shadow of pages, made when they are first touched. A page is cut
// into granules of 16 bytes at most; it is refined, once for each power of two,
// when an access of fewer bytes comes, so that neighbours are told apart down
// to the byte. A granule has the accesses that a later one has to be compared
// with: two stores and two loads.
//
// Two are enough. Accesses that a newer one of the same kind comes after are
// replaced by it, so those kept are unordered. Whoever comes later is in one
// block, one warp, one lane: of two accesses in different blocks (warps, lanes)
// at least one is by another, and ordered after both only by a barrier that
// orders all. So the second one is, where possible, of another block than the
// first, or else of another warp, or else of another lane.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_SHADOWMEMORY_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_SHADOWMEMORY_H

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

namespace sparsegpu::emulator {

/// Who did what when; in ThreadClock.h's terms.
struct Access {
  static constexpr unsigned kThreadBits = 10;
  static constexpr uint32_t kMaxSite = (1u << (32 - kThreadBits)) - 1;

  /// Zero: there was none.
  uint32_t block = 0;
  uint32_t segment = 0;
  uint32_t who = 0;
  /// Of what was stored; equal values have equal ones.
  uint32_t value = 0;

  uint32_t thread() const { return who & ((1u << kThreadBits) - 1); }
  uint32_t site() const { return who >> kThreadBits; }
  static uint32_t makeWho(uint32_t thread, uint32_t site) {
    return (site < kMaxSite ? site : kMaxSite) << kThreadBits | thread;
  }
};

struct AccessPair {
  Access first, second;
};

constexpr unsigned kShadowPageShift = 10;
constexpr uint64_t kShadowPageBytes = uint64_t(1) << kShadowPageShift;
constexpr unsigned kLargestGranule = 4;

/// The granules of a page, at one size.
struct ShadowTable {
  explicit ShadowTable(unsigned shift) : shift(shift) {}
  ~ShadowTable() {
    delete[] loads.load();
    delete[] stores.load();
  }
  size_t count() const { return kShadowPageBytes >> shift; }
  static AccessPair *get(std::atomic<AccessPair *> &pairs, size_t count) {
    AccessPair *result = pairs.load(std::memory_order_acquire);
    if (!result) {
      result = new AccessPair[count]();
      pairs.store(result, std::memory_order_release);
    }
    return result;
  }
  AccessPair *loadPairs() { return get(loads, count()); }
  AccessPair *storePairs() { return get(stores, count()); }

  const unsigned shift;
  /// Null until the first load or store.
  std::atomic<AccessPair *> loads{nullptr}, stores{nullptr};
};

struct ShadowPage {
  ~ShadowPage() { delete table.load(); }
  /// Makes granules small enough for an access; called with the page locked.
  ShadowTable &refine(uint64_t offset, uint64_t bytes);
  /// What is there already, if its granules are small enough.
  ShadowTable *find(uint64_t offset, uint64_t bytes) const {
    ShadowTable *current = table.load(std::memory_order_acquire);
    if (!current || ((offset | bytes) & ((1u << current->shift) - 1)))
      return nullptr;
    return current;
  }
  void lock() {
    while (locked.exchange(true, std::memory_order_acquire))
      while (locked.load(std::memory_order_relaxed))
        relax();
  }
  void unlock() { locked.store(false, std::memory_order_release); }

  std::atomic<bool> locked{false};
  std::atomic<ShadowTable *> table{nullptr};
  /// Tables that others may still read.
  std::vector<std::unique_ptr<ShadowTable>> old;

private:
  static void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
};

/// One bit for each word of 4 bytes that nothing stored to and that two blocks
/// have loaded: further loads need not be looked at. The bits of a page are
/// changed with the page locked.
class ReadByMany {
public:
  static constexpr unsigned kWordShift = 2;
  explicit ReadByMany(uint64_t bytes)
      : bits(static_cast<Bits *>(
            std::calloc(bytes / kShadowPageBytes, kPerPage * sizeof(Bits)))) {}

  /// `offset` from the begin of the first page. False also where the answer
  /// takes more than one look.
  bool test(uint64_t offset, uint64_t bytes) const {
    uint64_t word = offset >> kWordShift;
    uint64_t last = (offset + bytes - 1) >> kWordShift;
    if (!bits || word / 64 != last / 64)
      return false;
    uint64_t found = bits[word / 64].load(std::memory_order_relaxed);
    return !(~(found >> (word % 64)) << (63 - (last - word)));
  }
  void set(uint64_t offset, bool value) {
    uint64_t word = offset >> kWordShift, bit = uint64_t(1) << (word % 64);
    if (!bits)
      return;
    uint64_t old = bits[word / 64].load(std::memory_order_relaxed);
    uint64_t fresh = value ? old | bit : old & ~bit;
    if (fresh != old)
      bits[word / 64].store(fresh, std::memory_order_relaxed);
  }

private:
  using Bits = std::atomic<uint64_t>;
  static constexpr uint64_t kPerPage = (kShadowPageBytes >> kWordShift) / 64;
  struct Free {
    void operator()(Bits *pointer) const { std::free(pointer); }
  };
  /// Null if there is no memory for it.
  std::unique_ptr<Bits[], Free> bits;
};

/// The shadow of a range of memory.
class ShadowRange {
public:
  ShadowRange(uint64_t begin, uint64_t end)
      : first(begin >> kShadowPageShift),
        count(((end + kShadowPageBytes - 1) >> kShadowPageShift) - first),
        pages(new std::atomic<ShadowPage *>[count]()),
        readByMany(count * kShadowPageBytes) {}
  ~ShadowRange();
  ShadowRange(ShadowRange &&) = default;
  ShadowPage &page(uint64_t address) {
    std::atomic<ShadowPage *> &slot =
        pages[(address >> kShadowPageShift) - first];
    ShadowPage *page = slot.load(std::memory_order_acquire);
    return page ? *page : makePage(slot);
  }

  uint64_t firstByte() const { return first << kShadowPageShift; }
  ReadByMany &many() { return readByMany; }

private:
  static ShadowPage &makePage(std::atomic<ShadowPage *> &slot);
  uint64_t first, count;
  std::unique_ptr<std::atomic<ShadowPage *>[]> pages;
  ReadByMany readByMany;
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_SHADOWMEMORY_H
