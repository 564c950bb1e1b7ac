internal import Foundation
internal import LMDB
internal import Logging
internal import Schema
import Testing

@testable import Service

/// Who is told of, and who is cleared away.
@Suite struct ReaderWatchTests {
    private let path: String
    private let environment: Environment
    private let table: Table
    private let watch: ReaderWatch

    init() throws {
        path = try TestService.makeDirectory()
        environment = try Environment(path: path + "/store", options: EnvironmentOptions(mapSize: 1 << 20))
        table = try environment.openTable(named: nil, flags: .integerKey)
        watch = ReaderWatch(
            directory: path, patience: .zero,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    private func commit() throws {
        try environment.write { transaction throws(LMDBError) in try transaction.put(table, key: 1, value: 1) }
    }

    @Test func `a snapshot that others commit behind is told of as long as it is open`() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try commit()
        let reader = try environment.beginRead()
        watch.look()
        #expect(watch.pinned.isEmpty)
        try commit()
        try commit()
        watch.look()
        let pinned = watch.pinned
        #expect(pinned.map(\.store) == ["store"] && pinned.map(\.commitsBehind) == [2])
        #expect(pinned.map(\.processID) == [UInt32(getpid())])
        reader.end()
        watch.look()
        #expect(watch.pinned.isEmpty)
    }

    @Test func `a reader that was killed is cleared away`() async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try commit()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let transaction = try Environment(path: path + "/store", options: EnvironmentOptions(mapSize: 1 << 20))
                .beginRead()
            kill(getpid(), SIGKILL)
            transaction.end()
        }
        #expect(try environment.readers().count == 1)
        watch.look()
        #expect(try environment.readers().isEmpty && watch.pinned.isEmpty)
    }
}
