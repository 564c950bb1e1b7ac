import NIOCore
import Schema
import Service
import Testing

@testable import HTTPFace

/// Commands of one request and their answers.
@Suite struct CommandExchangeTests {
    private static func result(_ id: String) -> CommandResult {
        var result = CommandResult()
        result.commandID = id
        return result
    }

    private static func reply(_ tag: UInt64, _ ids: String...) -> SubmitReply {
        SubmitReply(tag: tag, results: ids.map(result), reflects: Reflects())
    }

    @Test func `answers come in the order of the commands, those that were refused at once among them`() async throws {
        let exchange = CommandExchange()
        let first = try #require(exchange.begin([nil, CommandExchangeTests.result("refused"), nil], bytes: 1))
        let second = try #require(exchange.begin([nil], bytes: 1))
        exchange.finish()
        exchange.deliver([CommandExchangeTests.reply(second, "c")])
        exchange.deliver([CommandExchangeTests.reply(first, "a", "b")])
        #expect(await exchange.next()?.map(\.commandID) == ["a", "refused", "b"])
        #expect(await exchange.next()?.map(\.commandID) == ["c"])
        #expect(await exchange.next() == nil)
        #expect(exchange.begin([nil], bytes: 1) == nil)
    }

    @Test func `nobody begins more than there is room for, and taking an answer makes room`() async throws {
        let exchange = CommandExchange()
        let tag = try #require(exchange.begin(Array(repeating: nil, count: HTTPLimits.openCommands), bytes: 1))
        async let room = exchange.room()
        exchange.deliver([SubmitReply(tag: tag, results: [], reflects: Reflects())])
        _ = await exchange.next()
        #expect(await room)
    }

    @Test(.timeLimit(.minutes(1)), arguments: [true, false])
    func `whoever waits for room does not wait for ever`(closes: Bool) async throws {
        let exchange = CommandExchange()
        _ = exchange.begin([nil], bytes: HTTPLimits.openBytes)
        async let room = exchange.room()
        try await Task.sleep(for: .milliseconds(20))
        if closes { exchange.close() } else { exchange.finish() }
        #expect(await !room)
    }

    @Test func `lines are cut at their ends, however the bytes come`() {
        var splitter = LineSplitter()
        #expect(splitter.lines(in: ByteBuffer(string: "ab")) == [])
        #expect(splitter.lines(in: ByteBuffer(string: "c\n\r\n \nd\ne")) == [.text(Array("abc".utf8)), .text([100])])
        #expect(splitter.last() == .text([101]))
        #expect(splitter.last() == nil)
    }

    @Test func `a line that is too long is dropped, and the next one is read`() {
        var splitter = LineSplitter()
        let much = ByteBuffer(repeating: 120, count: HTTPLimits.bodyBytes)
        #expect(splitter.lines(in: much) == [])
        #expect(splitter.lines(in: much) == [])
        #expect(splitter.lines(in: ByteBuffer(string: "\nnext\n")) == [.tooLong, .text(Array("next".utf8))])
    }
}
