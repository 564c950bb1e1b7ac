internal import Foundation
internal import LMDB
internal import Testing

/// A directory of its own for one test, removed with everything in it when the value goes.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = try Self.make()
    }

    /// Makes a directory that the caller removes.
    static func make() throws -> String {
        var template = Array("\(NSTemporaryDirectory())/lmdb-tests-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CocoaError(.fileWriteUnknown) }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// A path below the directory.
    func appending(_ name: String) -> String { "\(path)/\(name)" }
}

/// Small maps, so that tests run anywhere.
extension EnvironmentOptions {
    static func small(
        mapSize: Int = 64 << 20, maxReaders: UInt32 = 16, sync: SyncMode = .none, readOnly: Bool = false
    ) -> EnvironmentOptions {
        EnvironmentOptions(
            mapSize: mapSize, maxTables: 4, maxReaders: maxReaders, sync: sync, readOnly: readOnly)
    }
}

extension [UInt8] {
    /// The bytes of a text, for keys and values that are easy to read.
    init(_ text: String) { self = Array(text.utf8) }
    /// The text of these bytes.
    var text: String { String(decoding: self, as: UTF8.self) }
}

/// The keys and values that a scan visits.
extension TableReader where Self: ~Copyable {
    func entries(_ table: Table, from key: UInt64 = 0, limit: Int = .max) throws(LMDBError) -> [UInt64: String] {
        var found: [UInt64: String] = [:]
        try scan(table, from: key) { key, value in
            found[key] = [UInt8](copying: value).text
            return found.count < limit ? .next : .stop
        }
        return found
    }
}

/// Repeatable random numbers (SplitMix64), so that a failing seed can be run again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension ExitTest.Result? {
    /// The program was stopped by a check of its own, and did not merely end with an error.
    var trapped: Bool {
        guard case .signal = self?.exitStatus else { return false }
        return true
    }
}
