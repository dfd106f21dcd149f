//===- BlockHazards.h - Finds races and unwritten memory --------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a BlockRunner keeps for hazards: the clocks of its threads, the shadow
// of its shared memory, copies in flight. Two accesses race if they overlap,
// one at least stores, not both are atomic (or volatile), and neither happened
// before the other. That does not depend on which of them happened to come
// first.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_BLOCKHAZARDS_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_BLOCKHAZARDS_H

#include "CompiledKernel.h"
#include "Hazards.h"
#include "SyncHistory.h"
#include "ThreadClock.h"

#include <map>
#include <optional>

namespace sparsegpu::emulator {

struct Launch;

class BlockHazards {
public:
  explicit BlockHazards(BlockRunner &runner) : runner(runner) {}
  void prepareLaunch();
  void prepareBlock(uint64_t index, unsigned numThreads);

  /// Checks an access, by what is quick if it is one of the common cases
  /// (QuickTouch.cpp).
  template <bool IsStore>
  void *check(ThreadContext &thread, uint32_t site, void *pointer,
              uint32_t value);
  /// The site will probably touch this allocation again.
  void noteAllocation(uint32_t site, const Allocation &allocation);
  /// An access within bounds. `value` is that of a store, as a number that
  /// equal values share, or 0.
  void touchShared(ThreadContext &thread, uint32_t site,
                   const AccessSite &access, uint64_t address, uint32_t value);
  void touchGlobal(ThreadContext &thread, uint32_t site,
                   const AccessSite &access, const Allocation &allocation,
                   uint64_t address, uint32_t value);
  void fence(ThreadContext &thread);

  // Synchronisation. `lanes` have met; `whole` if the others have exited.
  void blockMet() { clocks.joinBlock(); }
  void lanesMet(unsigned warp, uint32_t lanes, bool whole) {
    clocks.joinLanes(warp, lanes, whole);
  }
  void lanesVoted(unsigned warp, uint32_t lanes, bool whole) {
    clocks.vote(warp, lanes, whole);
  }
  /// Arrives at barrier `id` without waiting.
  void arrived(ThreadContext &thread, unsigned id) {
    clocks.release(thread.index, barriers[id]);
  }
  /// Those that waited at barrier `id`.
  void someMet(unsigned id, const std::vector<unsigned> &threads) {
    clocks.joinSome(barriers[id], threads);
  }
  bool hasArrivals(unsigned id) const { return !barriers[id].empty(); }
  void forgetArrivals(unsigned id) { barriers[id] = {}; }

  /// The access that is being checked.
  struct Touch {
    ThreadContext &thread;
    const ThreadClock *clock;
    const AccessSite &access;
    Access self;
    uint64_t address, bytes;
    bool isShared;
    /// The piece that lies in one page, and the size of its granules.
    uint64_t pieceBegin = 0;
    unsigned shift = 0;
    /// "load"; "asynchronous copy"; "ldmatrix.m8n8.x4.b16".
    std::string what() const;
  };
  Touch makeTouch(ThreadContext &thread, uint32_t site,
                  const AccessSite &access, uint64_t address, uint32_t value,
                  bool isShared);
  /// An asynchronous copy that its thread has not waited for.
  struct Copy {
    Access self;
    uint64_t destination = 0, source = 0;
    uint32_t bytes = 0, sourceBytes = 0;
    uint32_t sync = 0, group = 0;
    /// That it arrives at, or 0.
    uint64_t mbarrier = 0;
  };

  // Asynchronous copies (CopyHazards.cpp). They are checked when they are
  // issued and again when the program knows of their end, whenever they were
  // made.
  void copyIssued(ThreadContext &thread, uint32_t sync, const void *destination,
                  const void *source, uint32_t bytes, uint32_t sourceBytes);
  void copiesCommitted(ThreadContext &thread);
  /// Of the groups of the thread, all but the `pending` last ones have ended;
  /// with `all`, also what is in no group yet.
  void copiesWaited(ThreadContext &thread, uint32_t pending, bool all);
  /// The copies of the thread so far will arrive at the mbarrier.
  void copiesWillArrive(ThreadContext &thread, const void *mbarrier);
  void copiesArrived(ThreadContext &thread, const void *mbarrier);

  // Operations on mbarriers.
  void mbarrierArrived(ThreadContext &thread, const void *mbarrier,
                       bool completesPhase);
  void mbarrierPassed(ThreadContext &thread, const void *mbarrier);

private:
  /// What the common case of a check has to know of an AccessSite.
  struct alignas(64) QuickSite {
    uint32_t bytes = 0, alignMask = 0;
    /// Offsets in shared memory at which an access stays in its variable: those
    /// from `begin` to `begin + span`.
    uint32_t begin = 0, span = 0;
    /// A load or store that is neither atomic nor volatile, and can be in
    /// shared memory.
    bool isPlain = false, isLoad = false;
    /// The allocation that it touched last; in it, an access may begin at
    /// `first` to `first + room`. For what is no plain load, there is none.
    uint64_t first = 1, room = 0;
    const uint8_t *written = nullptr;
    const ReadByMany *many = nullptr;
    ShadowRange *shadow = nullptr;
    uint64_t shadowFirst = 0;
  };
  void prepareSites();
  bool mayBeUnwritten(const QuickSite &quick, uint64_t address) const;
  bool loadGlobalQuickly(const QuickSite &quick, uint64_t address) const;
  bool loadFirst(const ThreadContext &thread, const QuickSite &quick,
                 uint32_t site, uint64_t address);
  bool isRepeatedLoad(const ThreadContext &thread, const QuickSite &quick,
                      uint64_t offset) const;
  bool touchSharedQuickly(const ThreadContext &thread, const QuickSite &quick,
                          uint32_t site, uint64_t offset, uint32_t value);
  [[gnu::noinline]] void *checkShared(ThreadContext &thread, uint32_t site,
                                      void *pointer, uint32_t value);
  [[gnu::noinline]] void *checkGlobal(ThreadContext &thread, uint32_t site,
                                      void *pointer, uint32_t value);

  struct ThreadState {
    bool fenced = false;
    ThreadClock fence;
    /// Read since the last fence.
    std::vector<SyncHistory::Place> pending;
    std::vector<Copy> copies;
    uint32_t committed = 0;
  };
  struct Mbarrier {
    BlockClocks::Arrivals arrivals;
    std::shared_ptr<const ClockVector> completed;
    uint32_t completedBase = 0;
  };
  void checkInFlight(Touch &now);
  template <typename Fn> void endCopies(ThreadContext &thread, Fn wanted);
  void touchCopy(ThreadContext &thread, const Copy &copy);
  void setBusy(const Copy &copy, bool value);
  void reportInFlight(Touch &now, const Copy &copy, bool isSource);

  template <bool kShared> void touch(Touch &now, ShadowRange &range);
  template <bool kShared>
  void touchLoad(Touch &now, AccessPair *loads, AccessPair *stores,
                 size_t count);
  template <bool kShared>
  void touchStore(Touch &now, AccessPair *loads, AccessPair *stores,
                  size_t count);
  bool isStrong(const Access &access) const;
  void conflict(Touch &now, const Access &other, bool otherStores,
                uint64_t granule);
  // HazardReports.cpp
  void reportRace(Touch &now, const Access &other, bool otherStores,
                  uint64_t address);
  void reportUnwritten(Touch &now, HazardKind kind, uint64_t address);
  void checkWritten(Touch &now, const Allocation &allocation);
  /// Atomic and volatile accesses order others.
  void synchronise(Touch &now);
  void finishAcquires();

  BlockRunner &runner;
  HazardLog *log = nullptr;
  BlockClocks clocks;
  std::vector<QuickSite> sites;
  std::optional<ShadowRange> shared;
  /// The tables of the pages of shared memory.
  ShadowTable *sharedTables[kSharedWindow / kShadowPageBytes] = {};
  BlockClocks::Arrivals barriers[16];
  std::vector<ThreadState> states;
  std::map<uint64_t, Mbarrier> mbarriers;
  unsigned copiesInFlight = 0;
  /// Words of shared memory that copies will write.
  std::vector<uint64_t> busy;
  SyncHistory::AcquiredList acquired;
  /// The first of `acquired` whose atomic was perhaps not carried out yet.
  size_t firstOpen = 0;
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_BLOCKHAZARDS_H
