internal import EventLog
internal import LMDB
internal import Schema
internal import Testing
internal import Views

@testable import Replay

/// Commits that are written beside the projection's thread.
@Suite struct CommitTests {
    /// Lets the thread go on when it is opened.
    private final class Gate: Sendable {
        private let isOpen = Monitor(false)

        func open() { isOpen.withLockNotifying { $0 = true } }
        func pass() { isOpen.wait { $0 ? () : nil } }
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `rows are the same before, while and after they are written`(seed: UInt64) throws {
        let folder = try TestFolder()
        let log = try TestLog(folder)
        let end = try log.appendRandom(400, seed: seed)
        let owner = StoreOwner(log: log.log.id, epoch: log.log.epoch, version: 1)
        let path = folder.path + "/rows"
        var random = SeededGenerator(seed: seed)
        let thread = try CommitThread()
        var model = MemoryStore(for: Tags.self)
        var begun = (model: model, position: Position.none)
        var gate: Gate?
        var overtaken = 0
        do {
            let rows = try ProjectionRows<Tags>.open(path: path, owner: owner, end: end, sync: .none).rows
            while rows.applied.position < end {
                switch Int.random(in: 0..<8, using: &random) {
                case 0 where gate == nil && !rows.isCommitting:
                    try rows.settle()
                    let opens = Gate()
                    gate = opens
                    thread.submit { opens.pass() }
                    rows.beginCommit(on: thread) {}
                    begun = (model, rows.applied.position)
                case 1:
                    rows.rollback()
                    model = begun.model
                    #expect(rows.applied.position == begun.position)
                case 2, 3:
                    gate?.open()
                    gate = nil
                    if Bool.random(using: &random) { try rows.commit() }
                    if rows.committed.position == rows.applied.position { begun = (model, rows.applied.position) }
                default:
                    if rows.isCommitting { overtaken += 1 }
                    try fold(rows, log.log, through: end, &model, &random)
                }
                // Whether it has come out already or not.
                if gate == nil { try rows.settle() }
                #expect(try contents(rows) == model, "at \(rows.applied.position)")
            }
            gate?.open()
            try rows.commit()
            #expect(rows.committed.position == end)
        }
        #expect(overtaken > 0)
        let again = try ProjectionRows<Tags>.open(path: path, owner: owner, end: end, sync: .none).rows
        #expect(again.applied.position == end)
        #expect(try contents(again) == model)
    }

    /// Folds a few events into the rows and into the model.
    private func fold(
        _ rows: ProjectionRows<Tags>, _ log: EventLog, through end: Position, _ model: inout MemoryStore,
        _ random: inout SeededGenerator
    ) throws {
        var options = ReplayOptions()
        options.pageRecords = Int.random(in: 1...12, using: &random)
        let page = try #require(
            try EventPage.read(
                log, from: rows.applied.position.advanced(by: 1), through: end, kinds: KindFilter(Tags.kinds),
                limits: PageLimits(options)))
        try rows.fold(page)
        for event in page.events { try Tags().apply(event, to: &model) }
    }

    private func contents(_ rows: ProjectionRows<Tags>) throws -> MemoryStore {
        try rows.read { snapshot throws(ViewError) in
            var found = MemoryStore(for: Tags.self)
            for table in [Tags.counts, Tags.bearers] {
                for descending in [false, true] {
                    try snapshot.scan(table, prefix: [], after: nil, descending: descending) {
                        key, row throws(ViewError) in
                        try found.put(table, key, row)
                        return .next
                    }
                }
            }
            return found
        }
    }

    @Test func `what is written last is there last`() throws {
        let thread = try CommitThread()
        let done = Monitor<[Int]>([])
        for number in 0..<50 { thread.submit { done.withLockNotifying { $0.append(number) } } }
        let order = done.wait { $0.count == 50 ? $0 : nil }
        #expect(order == Array(0..<50))
    }
}
