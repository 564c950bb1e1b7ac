internal import FoundationEssentials
internal import Glibc
internal import KithClient
internal import Schema
internal import SwiftProtobuf

/// Makes the commands that are measured.
///
/// Ids are UUIDv7 chosen by the client, as the client libraries do: nearly ascending, about 200 to the millisecond.
struct CommandSource {
    private var random: UInt64
    private var made: UInt64 = 0
    private let startMilliseconds: UInt64

    init() {
        var generator = SystemRandomNumberGenerator()
        random = generator.next()
        startMilliseconds = UInt64(time(nil)) * 1_000
    }

    /// Places an order of one line for an existing party, which it names by its stream number. One event on a stream
    /// of its own.
    mutating func order(for party: UInt64) -> Command {
        var line = OrderLineInput()
        line.quantity.unscaled = Int64(1 + next() % 5)
        line.unitPrice.unscaled = Int64(199 + next() % 20_000)
        line.unitPrice.scale = 2
        var body = CommandBody()
        body.placeOrder.id = identifier()
        body.placeOrder.party.number = party
        body.placeOrder.channel = "web"
        body.placeOrder.country = "US"
        body.placeOrder.currency = "USD"
        body.placeOrder.lines = [line]
        var command = Command()
        command.id = identifier()
        command.bodies = [body]
        return command
    }

    /// So many orders, of the parties at random.
    mutating func orders(_ count: Int, for parties: [UInt64]) -> [Command] {
        (0..<count).map { _ in order(for: parties[Int(next() % UInt64(parties.count))]) }
    }

    /// A number from 0 up to, not including, `bound`.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    private mutating func identifier() -> String {
        made += 1
        return Identifier.version7(
            milliseconds: startMilliseconds + made / 200, randomHigh: made % 200 << 4, randomLow: next()
        ).description
    }

    /// SplitMix64.
    private mutating func next() -> UInt64 {
        random &+= 0x9E37_79B9_7F4A_7C15
        var mixed = random
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// The parties for whom orders are placed.
enum BenchmarkParties {
    /// Makes so many parties where they are not there yet, and returns their stream numbers.
    static func numbers(_ count: Int, socket: String) async throws -> [UInt64] {
        let client = try await KithClient.connect(socketPath: socket)
        var numbers: [UInt64] = []
        for start in stride(from: 0, to: count, by: 500) {
            let commands = (start..<min(start + 500, count)).map(upsert)
            for result in try await client.submit(commands).value { numbers.append(try number(of: result)) }
        }
        await client.close()
        return numbers
    }

    private static func upsert(_ index: Int) -> Command {
        var body = CommandBody()
        body.upsertParty.key.system = "benchmark"
        body.upsertParty.key.key = "C-\(index)"
        body.upsertParty.kind = .person
        body.upsertParty.name.display = "Customer \(index)"
        var command = Command()
        command.idempotencyKey = Data("benchmark/C-\(index)".utf8)
        command.bodies = [body]
        return command
    }

    private static func number(of result: CommandResult) throws -> UInt64 {
        switch result.outcome {
        case .accepted(let accepted)?: if let body = accepted.bodies.first { return body.number }
        case .unchanged(let unchanged)?: if let body = unchanged.bodies.first { return body.number }
        case .refused(let detail)?: throw BenchmarkFailure("A party was refused: \(detail.code) \(detail.sentence)")
        case nil: break
        }
        throw BenchmarkFailure("The answer to a party's command does not name the party.")
    }
}
