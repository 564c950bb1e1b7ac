internal import Schema
import Testing

@testable import EventLog

/// What was looked up lately, and that it is never older than the log.
@Suite struct RecentIndexTests {
    @Test func `ids that begin with the time are excluded when they are greater, others never`() {
        let early = Identifier.version7(milliseconds: 1_000, randomHigh: 1, randomLow: 1)
        let late = Identifier.version7(milliseconds: 2_000, randomHigh: 1, randomLow: 1)
        let random = Identifier(high: 0xFFFF_FFFF_FFFF_4FFF, low: .max)
        var greatest = GreatestIDs()
        #expect(greatest.excludeCommand(early) && greatest.excludeStream(early) && !greatest.excludeCommand(random))
        var overlay = IndexOverlay()
        overlay.commands = [random: Position(1), late: Position(2)]
        overlay.streams = [early: StreamNumber(1)]
        greatest.include(overlay)
        #expect(!greatest.excludeCommand(early) && !greatest.excludeCommand(late) && greatest.excludeStream(late))
        #expect(GreatestIDs(bytes: greatest.bytes[...]) == greatest)
        #expect(!GreatestIDs.unknown.excludeCommand(late) && !GreatestIDs.unknown.excludeStream(late))
    }

    /// Lookups compared with what the events say, while the index is written now and then.
    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64]) func `lookups find what the latest event left`(seed: UInt64) throws
    {
        var random = SeededNumbers(seed: seed)
        let test = try TestLog()
        defer { test.log.close() }
        var revisions: [UInt64: UInt32] = [:]
        var links: [UInt64: UInt64] = [:]
        var claims: [UInt8: Int64] = [:]
        func check(_ note: Comment) throws {
            let index = test.log.index
            for (stream, revision) in revisions {
                #expect(try index.head(of: StreamNumber(stream))?.revision == Revision(revision), note)
                #expect(try index.stream(id: Self.id(stream)) == StreamNumber(stream), note)
                #expect(try index.command(Self.id(stream)) == Position(stream), note)
            }
            for token in 0..<6 as Range<UInt64> {
                let found = try index.link(IndexToken(high: token, low: 1))
                #expect(found?.rawValue == links[token], note)
            }
            for key in 0..<4 as Range<UInt8> { #expect(try index.claim([key]) == claims[key] ?? 0, note) }
        }
        for step in 0..<120 {
            let token = random.next() % 6
            let key = UInt8(random.next() % 4)
            let unlinks = random.next() % 3 == 0
            let next = test.writer.nextPosition.rawValue
            let known = revisions.keys.sorted()
            let number =
                known.isEmpty || random.next() % 3 == 0 ? next : known[Int(random.next() % UInt64(known.count))]
            let id = number == next ? Self.id(next) : Identifier(high: 3, low: next)
            var draft = EventDraft.sample(
                number == next ? .new(.party, id) : .existing(StreamNumber(number)), command: next,
                changes: [
                    unlinks ? .unlink(IndexToken(high: token, low: 1)) : .link(IndexToken(high: token, low: 1)),
                    .claim([key], 2),
                ])
            draft.commandID = id
            try test.append(draft)
            revisions[number, default: 0] += 1
            links[token] = unlinks ? nil : number
            claims[key, default: 0] += 2
            if random.next() % 8 == 0 { try test.writer.flushIndex() }
            if random.next() % 4 == 0 { try check("seed \(seed), step \(step)") }
        }
        try check("seed \(seed), at the end")
    }

    /// The id of a stream and of its first command, in the order of time.
    private static func id(_ number: UInt64) -> Identifier {
        .version7(milliseconds: 1_000 + number, randomHigh: number, randomLow: number)
    }
}
