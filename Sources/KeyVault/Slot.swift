/// The place of one subject's key in the vault. Records carry it, so that a reader knows which key opens a part.
package struct Slot: Sendable, Hashable {
    /// The slot's number in the vault file, from 16 on (0 to 15 are the log's own keys).
    package let number: UInt32
    /// How often the slot has been filled, from 1 on. A part sealed under an earlier generation cannot be opened.
    package let generation: UInt32

    /// Names a slot as a record does.
    package init(number: UInt32, generation: UInt32) {
        self.number = number
        self.generation = generation
    }
}
