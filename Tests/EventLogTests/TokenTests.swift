internal import EventLog
internal import Schema
import Testing

/// Which streams the index says have a value.
@Suite struct TokenTests {
    @Test(arguments: [UInt64.random(in: 0 ... .max), 1, 2])
    func `whatever takes and loses a value, the index says what a list would, and no more than asked for`(
        seed: UInt64
    ) throws {
        var random = SeededNumbers(seed: seed)
        let test = try TestLog()
        let token = IndexToken(high: 3, low: 4)
        var holders = Set<StreamNumber>()
        var streams: [StreamNumber] = []
        for command in 1...400 as ClosedRange<UInt64> {
            let isNew = streams.isEmpty || random.next() % 3 == 0
            let stream: EventDraft.Stream =
                isNew
                ? .new(.order, Identifier(high: 7, low: command))
                : .existing(streams[Int(random.next() % UInt64(streams.count))])
            let has = random.next() % 2 == 0
            let other = IndexToken(high: 3, low: random.next() % 2 == 0 ? 3 : 5)
            let changes: [IndexChange] = [has ? .addToken(token) : .removeToken(token), .addToken(other)]
            let number = try test.append(EventDraft.sample(stream, command: command, changes: changes)).stream
            if isNew { streams.append(number) }
            if has { holders.insert(number) } else { holders.remove(number) }
            if random.next() % 10 == 0 { try test.writer.flushIndex() }
            let most = Int(random.next() % 12)
            #expect(try test.log.index.holders(of: token, most: most) == Array(holders.sorted().prefix(most)))
            #expect(try test.log.index.holders(of: token) == holders.sorted(), "seed \(seed)")
        }
    }
}
