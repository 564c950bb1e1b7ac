import Backup
import BodyStore
import EventLog
import Foundation
import Schema
import Testing

@testable import KeyVault

/// Backups of the keys and the contents, and the register of what was erased.
@Suite struct KeyBackupTests {
    private static let now = Instant(microseconds: SteppingClock.begin)
    private static let day: Int64 = 86_400_000_000
    private static let why = RestoreReason(text: "a test", uid: 0)

    /// A log with its vault and its content store, and a backup key.
    private final class Place {
        let folder: TemporaryFolder
        let test: TestLog
        let vault: KeyVault
        let bodies: BodyStore
        let directory: BackupDirectory
        let key: BackupKey
        /// Slots of two subjects, and what was sealed under them.
        var slots: [Slot] = []
        var sealed: [[UInt8]] = []

        init() throws {
            let folder = try TemporaryFolder()
            self.folder = folder
            test = try TestLog(in: folder["data"])
            vault = try KeyVault(
                path: folder["data/vault"], masterKeyPath: folder["data/master.key"], createIfMissing: true)
            bodies = try BodyStore(directory: folder["data/bodies"], logID: TestLog.id, vault: vault)
            directory = BackupDirectory(path: folder["backups"])
            try Self.makeKey(folder["backup.key"])
            key = try BackupKey(path: folder["backup.key"])
            for number in 0..<2 {
                let slot = try vault.reserveSlot()
                slots.append(slot)
                sealed.append(try vault.seal([1, 2, UInt8(number)], slot: slot, associatedData: [9]))
            }
            _ = try LogBackup(of: test.log, into: directory).run(at: now)
        }

        static func makeKey(_ path: String) throws {
            try Data((0..<32).map { _ in UInt8.random(in: 0...255) }).write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        }

        var backup: KeyBackup { KeyBackup(of: TestLog.id, vault: vault, bodies: bodies, into: directory) }

        func backUpKeys(at instant: Instant = now) throws -> KeyBackup.Outcome {
            try backup.backUpKeys(under: key, position: Position(1), keptDays: 30, at: instant)
        }

        /// Writes over the slot of a subject, as an erasure does.
        func erase(_ slot: Slot) throws {
            let file = try #require(try VaultFile(path: folder["data/vault"]))
            let record = SlotRecord(
                state: .destroyed, generation: slot.generation,
                wrappedKey: [UInt8](repeating: 0, count: VaultFormat.wrappedKeySize))
            try file.write(record.encoded(number: slot.number), at: VaultFormat.offset(ofSlot: slot.number))
        }

        /// Restores everything to a new directory.
        func restore(to name: String, key: BackupKey? = nil) throws -> RestoreOutcome {
            try LogRestore(from: directory).run(
                into: folder[name], target: .end, reason: why,
                keys: KeyRestore(from: directory, under: key ?? self.key, masterKeyPath: nil))
        }

        /// The vault of a restored directory.
        func vault(in name: String) throws -> KeyVault {
            try KeyVault(
                path: folder["\(name)/vault"], masterKeyPath: folder["\(name)/master.key"], createIfMissing: false)
        }

        func put(_ content: [UInt8], number: UInt64, owner: BodyOwner) throws -> Identifier {
            let id = Identifier(high: 0x0199_0000_0000_7000, low: 0x8000_0000_0000_0000 + number)
            let upload = try bodies.begin(id, for: owner, mediaType: "text/plain", size: content.count)
            try upload.append(content)
            _ = try upload.finish(at: now)
            try bodies.refer(to: id, from: Position(1))
            return id
        }
    }

    @Test func `keys come back under another master key and open what was sealed`() throws {
        let place = try Place()
        let made = try place.backUpKeys()
        #expect(made.entries == Int(KeyVault.fillBlock) && made.deleted.isEmpty)
        let outcome = try place.restore(to: "restored")
        #expect(outcome.keys?.slots == made.entries && outcome.keys?.erased == 0 && outcome.keys?.items == nil)
        let keys = ["data", "restored"].map { FileManager.default.contents(atPath: place.folder["\($0)/master.key"]) }
        #expect(keys[0] != keys[1] && keys[1]?.count == 32)
        let vault = try place.vault(in: "restored")
        try vault.verify()
        for (slot, sealed) in zip(place.slots, place.sealed) {
            #expect(
                try vault.open(sealed, slot: slot, associatedData: [9])
                    == place.vault.open(
                        sealed, slot: slot, associatedData: [9]))
        }
        // The log's own keys are the same: tokens, fingerprints and command ids are found again.
        #expect(vault.fingerprint([1]) == place.vault.fingerprint([1]))
        #expect(vault.commandID(idempotencyKey: [1]) == place.vault.commandID(idempotencyKey: [1]))
        try place.test.close()
    }

    @Test func `a subject erased after the backup stays erased after the restore`() throws {
        let place = try Place()
        _ = try place.backUpKeys()
        try place.erase(place.slots[0])
        // Any later backup notes the erasure; the keys' own is still the one from before.
        try place.backup.registerErasures()
        let outcome = try place.restore(to: "restored")
        #expect(outcome.keys?.erased == 1)
        let vault = try place.vault(in: "restored")
        let error = #expect(throws: VaultError.self) {
            try vault.open(place.sealed[0], slot: place.slots[0], associatedData: [9])
        }
        #expect(error?.code == .erased)
        #expect(try vault.open(place.sealed[1], slot: place.slots[1], associatedData: [9]) == [1, 2, 1])
        // What is erased stays noted when the vault that it was erased from is gone.
        let restored = KeyBackup(
            of: TestLog.id, vault: vault,
            bodies: try BodyStore(directory: place.folder["restored/bodies"], logID: TestLog.id, vault: vault),
            into: place.directory)
        try restored.registerErasures()
        #expect(try ErasureRegister(in: place.directory, of: TestLog.id)?.slots == [place.slots[0].number: 1])
        try place.test.close()
    }

    @Test func `contents come back, and a redacted one does not`() throws {
        let place = try Place()
        let owner = BodyOwner.subject(number: 1, slot: place.slots[0].number, generation: place.slots[0].generation)
        let content = (0..<2_500_000).map { UInt8(truncatingIfNeeded: $0) }
        let kept = try place.put(content, number: 1, owner: owner)
        let redacted = try place.put([4, 5, 6], number: 2, owner: .nobody)
        _ = try place.backUpKeys()
        let made = try place.backup.backUpBodies(under: place.key, position: Position(1), at: Self.now)
        #expect(made.entries == 2 && made.bytes > content.count)
        try place.bodies.redact(redacted, by: Position(7))
        try place.backup.registerErasures()
        let outcome = try place.restore(to: "restored")
        #expect(outcome.keys?.items == 2 && outcome.keys?.erased == 1)
        let vault = try place.vault(in: "restored")
        let bodies = try BodyStore(directory: place.folder["restored/bodies"], logID: TestLog.id, vault: vault)
        var reader = try bodies.reader(kept)
        var read: [UInt8] = []
        while let piece = try reader.next() { read += piece }
        #expect(read == content)
        #expect(try bodies.verify().isEmpty)
        #expect(try bodies.body(redacted).redactedBy == Position(7))
        #expect(throws: BodyStoreError.self) { try bodies.reader(redacted) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.folder["restored/bodies/sealed"]).count == 1)
        // The next backup copies nothing anew and lets go of what was redacted.
        let later = Instant(microseconds: Self.now.rawValue + 1)
        let next = try place.backup.backUpBodies(under: place.key, position: Position(1), at: later)
        #expect(next.bytes < content.count && next.deleted.count == 2)
        #expect(try place.folder.names(in: "backups/contents").count == 1)
        try place.test.close()
    }

    @Test func `backups of the keys are kept for so many days`() throws {
        let place = try Place()
        func instant(_ day: Int64) -> Instant { Instant(microseconds: Self.now.rawValue + day * Self.day) }
        let first = try place.backUpKeys(at: instant(0))
        #expect(try place.backUpKeys(at: instant(20)).deleted.isEmpty)
        #expect(try place.backUpKeys(at: instant(31)).deleted == [first.file])
        #expect(try place.folder.names(in: "backups").filter { $0.hasPrefix("keys-") }.count == 2)
        try place.test.close()
    }

    @Test func `another key, a flipped bit and a missing register are told, and no log is made`() throws {
        let place = try Place()
        let file = try place.backUpKeys().file
        try Place.makeKey(place.folder["other.key"])
        func code(_ key: BackupKey? = nil) -> BackupError.Code? {
            let name = "restored-\(UUID())"
            let error = #expect(throws: BackupError.self) { try place.restore(to: name, key: key) }
            #expect(!FileManager.default.fileExists(atPath: place.folder["\(name)/FORMAT"]))
            return error?.code
        }
        #expect(code(try BackupKey(path: place.folder["other.key"])) == .key)
        let sound = try Data(contentsOf: URL(filePath: file))
        var numbers = SeededNumbers(announcedFor: "KeyBackupTests")
        for _ in 1...20 {
            var damaged = sound
            let bit = Int.random(in: 0..<damaged.count * 8, using: &numbers)
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            try damaged.write(to: URL(filePath: file))
            let told = try #require(code(), "bit \(bit)")
            #expect([.key, .damaged, .format].contains(told), "bit \(bit): \(told)")
        }
        try sound.write(to: URL(filePath: file))
        let register = place.folder["backups/erasures"]
        let text = try Data(contentsOf: URL(filePath: register))
        try (text.prefix(20) + Data("x".utf8) + text.dropFirst(21)).write(to: URL(filePath: register))
        #expect(code() == .damaged)
        try FileManager.default.removeItem(atPath: register)
        #expect(code() == .missing)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: place.folder["backup.key"])
        #expect(throws: BackupError.self) { try BackupKey(path: place.folder["backup.key"]) }
        #expect(throws: BackupError.self) { try BackupKey(path: place.folder["nothing"]) }
        try place.test.close()
    }

    @Test func `nothing of a key stands in a backup in the clear`() throws {
        let place = try Place()
        let file = try place.backUpKeys().file
        let bytes = try Data(contentsOf: URL(filePath: file))
        for bare in try place.vault.bareSlots(0..<64) {
            #expect(bytes.range(of: Data(try #require(bare.key))) == nil)
        }
        try place.test.close()
    }
}
