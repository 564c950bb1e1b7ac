import FoundationEssentials
import KithTesting
import SwiftProtobuf
import Testing

@testable import Schema

/// The encoding in one walk gives the bytes of SwiftProtobuf's own.
@Suite struct MessageEncodingTests {
    @Test func `fields of every type that the schema uses`() throws {
        var register = RegisterParty()
        register.kind = .person
        register.name.display = "山田太郎"
        register.contactPoints = [ContactPointInput(), ContactPointInput()]
        var body = CommandBody()
        body.expectedRevision = 0
        body.reason = String(repeating: "r", count: 200)
        body.command = .registerParty(register)
        var command = Command()
        command.idempotencyKey = .init([0, 255, 128])
        command.occurredAt = .init(seconds: -62_135_596_800, nanos: 999_999_999)
        command.mode = .historic
        command.dryRun = true
        command.source = Source()
        // Lengths of one, two and three bytes.
        for count in [0, 1, 2, 90] {
            command.bodies = Array(repeating: body, count: count)
            try Self.expectEqual(command)
        }
        for value in [0.0, -0.0, 1.5, .infinity, -.greatestFiniteMagnitude, .leastNonzeroMagnitude] {
            var number = Google_Protobuf_Value()
            number.numberValue = value
            try Self.expectEqual(number)
        }
        for value in [Int64.min, -1, 0, 1, 63, 64, .max] {
            var field = FieldValue()
            field.integer = value
            try Self.expectEqual(field)
        }
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `random messages`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var readable = 0
        for _ in 0..<250 {
            readable += try Self.check(Command.self, Wire.message(depth: 5, &random)) ? 1 : 0
            readable += try Self.check(Request.self, Wire.message(depth: 5, &random)) ? 1 : 0
            readable += try Self.check(Response.self, Wire.message(depth: 6, &random)) ? 1 : 0
            let event = Wire.field(Wire.anyEvent(&random), Wire.message(depth: 4, &random))
            readable += try Self.check(EventPayload.self, event) ? 1 : 0
            readable += try Self.check(PersonalData.self, Wire.message(depth: 4, &random)) ? 1 : 0
        }
        #expect(readable > 100, "hardly any message could be read; seed \(seed)")
    }

    @Test func `maps are left to SwiftProtobuf`() throws {
        var map = Google_Protobuf_Struct()
        map.fields = ["a": .init(numberValue: 1)]
        #expect(throws: UnsupportedField.self) { try map.encoded() }
    }

    /// - Returns: whether the bytes are such a message.
    private static func check<M: Message>(_ type: M.Type, _ bytes: [UInt8]) throws -> Bool {
        guard let message = try? M(serializedBytes: bytes) else { return false }
        try expectEqual(message)
        return true
    }

    private static func expectEqual(_ message: some Message) throws {
        let expected: [UInt8] = try message.serializedBytes()
        #expect(try message.encoded() == expected)
    }
}

/// Random bytes that have protobuf's form.
private enum Wire {
    static func message(depth: Int, _ random: inout SeededGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            // Most messages have few fields; the kinds of commands have high numbers.
            let isLow = Int.random(in: 0..<4, using: &random) > 0
            let number = isLow ? Int.random(in: 1...16, using: &random) : Int.random(in: 17...4_000, using: &random)
            switch Int.random(in: 0..<8, using: &random) {
            case 0, 1:
                bytes +=
                    varint(UInt64(number) << 3) + varint(random.next() >> UInt64.random(in: 0...63, using: &random))
            case 2:
                bytes +=
                    varint(UInt64(number) << 3 | 1) + (0..<8).map { _ in UInt8.random(in: 0...255, using: &random) }
            case 3: bytes += field(number, Array(repeating: 0x61, count: Int.random(in: 0...300, using: &random)))
            default: bytes += field(number, depth == 0 ? [] : message(depth: depth - 1, &random))
            }
        }
        return bytes
    }

    static func field(_ number: Int, _ content: [UInt8]) -> [UInt8] {
        varint(UInt64(number) << 3 | 2) + varint(UInt64(content.count)) + content
    }

    static func anyEvent(_ random: inout SeededGenerator) -> Int {
        EventKind.allCases.randomElement(using: &random)?.rawValue ?? 1
    }

    private static func varint(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}
