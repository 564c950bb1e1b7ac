internal import BodyStore
package import KeyVault
package import Schema

/// Which keys were destroyed for good. It stands in the clear among the backups, is brought up to date by every one of
/// them, and is applied by every restore: what was erased after a backup stays erased.
package struct ErasureRegister: Sendable, Hashable {
    static let name = "erasures"

    package var logID: Identifier
    /// Slots of the vault, with the generation up to which their keys were destroyed.
    package private(set) var slots: [UInt32: UInt32] = [:]
    /// Items of the content store, with the position of the event that redacted them.
    package private(set) var bodies: [Identifier: Position] = [:]

    /// An empty register.
    package init(logID: Identifier) { self.logID = logID }

    /// Notes a slot whose key was destroyed.
    package mutating func add(_ slot: Slot) { slots[slot.number] = max(slots[slot.number] ?? 0, slot.generation) }

    /// Notes an item that was redacted.
    package mutating func add(body: Identifier, redactedBy position: Position) { bodies[body] = position }

    /// What a backup held of a slot, without the key where that was destroyed since.
    func applied(to bare: BareSlot) -> BareSlot {
        guard let generation = slots[bare.slot.number], bare.slot.generation <= generation else { return bare }
        return BareSlot(slot: Slot(number: bare.slot.number, generation: generation), key: nil)
    }

    /// Notes everything that is erased in a running service.
    mutating func add(_ vault: KeyVault, _ store: BodyStore) throws(BackupError) {
        do throws(VaultError) {
            for slot in try vault.destroyedSlots() { add(slot) }
        } catch {
            throw BackupError(.log, error.message)
        }
        do throws(BodyStoreError) {
            for body in try store.redactedBodies() { add(body: body.id, redactedBy: body.redactedBy) }
        } catch {
            throw BackupError(.log, error.message)
        }
    }

    // MARK: The file

    /// The register in a directory of backups; nil where there is none.
    ///
    /// - Throws: `damaged`, `otherLog`, `io`.
    package init?(in directory: BackupDirectory, of logID: Identifier) throws(BackupError) {
        guard try Files.names(in: directory.path)?.contains(Self.name) == true else { return nil }
        let file = try InputFile(path: "\(directory.path)/\(Self.name)")
        let text = String(decoding: try file.read(0..<file.size), as: UTF8.self)
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.count >= 3, lines.removeLast().isEmpty, let sum = lines.popLast(),
            sum == Self.sum(of: lines)
        else { throw file.damaged("its last line is not the sum of the others") }
        guard lines.removeFirst() == Self.title(logID) else {
            throw BackupError(.otherLog, "\(file.path) is not the register of erasures of the log \(logID).")
        }
        self.init(logID: logID)
        for line in lines {
            let words = line.split(separator: " ")
            if words.count == 3, words[0] == "key", let number = UInt32(words[1]), let generation = UInt32(words[2]) {
                add(Slot(number: number, generation: generation))
            } else if words.count == 3, words[0] == "body", let id = Identifier(String(words[1])),
                let position = UInt64(words[2])
            {
                add(body: id, redactedBy: Position(position))
            } else {
                throw file.damaged("a line of it is none of a register")
            }
        }
    }

    /// Writes the register into a directory of backups, in the place of the one before.
    func write(to directory: BackupDirectory) throws(BackupError) {
        var lines = [Self.title(logID)]
        lines += slots.sorted { $0.key < $1.key }.map { "key \($0.key) \($0.value)" }
        lines += bodies.sorted { $0.key.description < $1.key.description }.map { "body \($0.key) \($0.value)" }
        lines.append(Self.sum(of: lines))
        let file = try OutputFile(directory: directory.path, name: Self.name)
        try file.append(Array((lines.joined(separator: "\n") + "\n").utf8))
        try file.sync()
        try file.finish()
    }

    private static func title(_ logID: Identifier) -> String { "kith-erasures version 1 log \(logID)" }

    private static func sum(of lines: [String]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let hash = SegmentFormat.checksum(Array((lines.joined(separator: "\n") + "\n").utf8))
        return "sha256 "
            + String(decoding: hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
