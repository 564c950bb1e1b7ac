/// Which slots are free. Derived from the log at start and kept in memory, so that taking one costs no flush.
struct SlotAllocation {
    /// How many slots, from number 0 on, hold a synced key.
    private(set) var filled: UInt32
    /// The next slot that was never given out.
    private var next: UInt32 = VaultFormat.firstSubjectSlot
    /// Given out and put back, because the command appended nothing.
    private var released: [Slot] = []
    /// Whether the slots in use are known. Before that, giving one out could give two subjects one key.
    private(set) var isOpen: Bool

    init(filled: UInt32, isOpen: Bool) {
        self.filled = filled
        self.isOpen = isOpen
    }

    /// How many slots can be given out without filling more.
    var free: UInt32 {
        (filled > next ? filled - next : 0) + UInt32(clamping: released.count)
    }

    /// Takes a free slot; nil when none is left.
    mutating func take() -> Slot? {
        precondition(isOpen, "the slots in use are not known before the log has been read")
        if let slot = released.popLast() { return slot }
        guard next < filled else { return nil }
        defer { next += 1 }
        return Slot(number: next, generation: VaultFormat.firstGeneration)
    }

    /// Puts back a slot that no event carries.
    mutating func putBack(_ slot: Slot) {
        precondition(slot.number < next, "only a slot that was given out can be released")
        assert(!released.contains(slot), "a slot that is released twice would be given to two subjects")
        released.append(slot)
    }

    /// Nothing up to `number` is given out from now on.
    mutating func useUp(to number: UInt32) {
        if number < UInt32.max { next = max(next, number + 1) }
        released.removeAll { $0.number <= number }
    }

    /// Whether every slot that was given out has a key.
    var isWithinFilled: Bool { next <= filled }

    /// From here on slots may be taken.
    mutating func open() {
        isOpen = true
    }

    /// Slots up to `filled` now hold synced keys.
    mutating func fill(to filled: UInt32) {
        self.filled = max(self.filled, filled)
    }

    /// The end of the block that has to be filled next; nil while enough are free.
    func nextFill(minimum: UInt32, block: UInt32) -> UInt32? {
        guard free < minimum else { return nil }
        return filled <= UInt32.max - block ? filled + block : nil
    }
}
