internal import Synchronization

/// Giving out slots for new subjects.
extension KeyVault {
    /// How many slots can be given out before more have to be filled.
    package var freeSlots: UInt32 {
        state.withLock { $0.allocation.free }
    }

    /// Whether `fillAhead()` would fill a block.
    package var needsFilling: Bool { freeSlots < Self.freeSlotsMinimum }

    /// Takes a free slot for a new subject, from memory; fills a block first only when none is left.
    ///
    /// A slot that ends up on no event goes back by `release(_:)`.
    ///
    /// A vault that was opened, not made, gives out slots only after `startAllocating(after:)`; calling this before
    /// is an error of the program and traps.
    ///
    /// - Throws: `.full`, `.io`.
    package func reserveSlot() throws(VaultError) -> Slot {
        while true {
            let taken = state.withLock { $0.allocation.take() }
            if let taken { return taken }
            try fillAhead()
        }
    }

    /// Takes a free slot where there is one in memory; never waits.
    package func reserveFreeSlot() -> Slot? {
        state.withLock { $0.allocation.take() }
    }

    /// Puts back a slot that was reserved and that no event carries.
    package func release(_ slot: Slot) {
        state.withLock { $0.allocation.putBack(slot) }
    }

    /// Fills another block of slots if fewer than `freeSlotsMinimum` are free. Meant for a background caller, after a
    /// `reserveSlot()`; returns at once when nothing is to do.
    ///
    /// - Throws: `.full`, `.io`.
    package func fillAhead() throws(VaultError) {
        try filling.withLock { _ throws(VaultError) in
            let (filled, end, free) = state.withLock {
                (
                    $0.allocation.filled,
                    $0.allocation.nextFill(minimum: Self.freeSlotsMinimum, block: Self.fillBlock),
                    $0.allocation.free
                )
            }
            guard let end else {
                if free == 0 { throw VaultError(.full, "Every slot number of the vault has been given out.") }
                return
            }
            // Space first: making a block of keys that a full disk does not take would cost every new subject.
            try file.allocate(Int(end - filled) * VaultFormat.slotSize, at: VaultFormat.offset(ofSlot: filled))
            // The mark follows the synced keys: a crash in between leaves slots that the next fill overwrites.
            let fresh = try Self.freshSlots(filled..<end, masterKey: masterKey, randomBytes: randomBytes)
            try file.write(fresh.bytes, at: VaultFormat.offset(ofSlot: filled))
            try file.sync()
            try writeFillMark(end)
            state.withLock { state in
                // They are about to be used: nobody has to read and unwrap them first.
                for (slot, key) in fresh.keys { state.cache.insert(key, slot: slot) }
                state.allocation.fill(to: end)
            }
        }
    }

    /// Says that these slots stand on events. Called at start, while the log's index is caught up; gaps below the
    /// highest of them are not given out again.
    package func markUsed(_ slots: some Sequence<Slot>) {
        guard let highest = slots.lazy.map(\.number).max() else { return }
        state.withLock { $0.allocation.useUp(to: highest) }
    }

    /// Says that the log's events are known and `number` is the highest slot on any of them (0 when none has one).
    /// From here on slots are given out, beginning after it.
    ///
    /// - Throws: `.damaged` if the log uses slots that were never filled here: the vault is older than the log, and
    ///   filling those slots now would hide that their keys are gone.
    package func startAllocating(after number: UInt32) throws(VaultError) {
        let filled = state.withLock {
            $0.allocation.useUp(to: number)
            if $0.allocation.isWithinFilled { $0.allocation.open() }
            return $0.allocation.isOpen ? nil : $0.allocation.filled
        }
        guard let filled else { return }
        throw VaultError(
            .damaged,
            "The log uses slots beyond \(filled - 1), the last one that this vault ever filled: the vault is older "
                + "than the log. Restore its latest backup.",
            slot: filled)
    }

    /// The two marks are written in turn, so that a torn write leaves the other one.
    private func writeFillMark(_ filled: UInt32) throws(VaultError) {
        let turn = Int(filled / Self.fillBlock) % VaultFormat.fillMarkOffsets.count
        try file.write(VaultFormat.encodeFillMark(filled), at: VaultFormat.fillMarkOffsets[turn])
        try file.sync()
    }
}
