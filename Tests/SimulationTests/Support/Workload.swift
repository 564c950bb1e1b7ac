internal import FoundationEssentials
internal import KithTesting
internal import Schema
internal import SwiftProtobuf

/// Commands of several clients, from a seed: parties, notes, tags, orders and coupons that expire; some conflict, some
/// change nothing, some are batches, some of which must be refused as a whole.
struct Workload {
    private var random: SeededGenerator
    private var count: UInt64 = 0
    private var offers = 0
    private var coupons = 0

    private static let parties = 5
    private static let documents = 12

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// A new command at an instant.
    mutating func next(at now: Instant) -> Command {
        let kind = offers == 0 ? 9 : Int.random(in: 0..<10, using: &random)
        switch kind {
        case 0, 1: return command([upsert(party)])
        case 2: return command([note(on: party)])
        case 3: return command([tag(party)])
        case 4, 5: return command([order(of: party)])
        case 6: return batch()
        case 7, 8: return command(coupon(at: now))
        default:
            offers += 1
            return command([offer(at: now)])
        }
    }

    /// The same id with other content, which must not be taken for a retry.
    mutating func altered(_ command: Command) -> Command {
        var altered = command
        altered.bodies.append(tag(party))
        return altered
    }

    private mutating func command(_ bodies: [CommandBody]) -> Command {
        count += 1
        return .with {
            $0.id = Identifier(high: 0x0198_0000_0000_7000, low: 0x8000_0000_0000_0000 | count).description
            $0.bodies = bodies
        }
    }

    /// Several bodies of one command; one in three ends with one that cannot be.
    private mutating func batch() -> Command {
        let party = party
        var bodies = [upsert(party), order(of: party), tag(party)]
        if Int.random(in: 0..<3, using: &random) == 0 { bodies.append(note(on: "nobody")) }
        return command(bodies)
    }

    private var party: String {
        mutating get { "party \(Int.random(in: 0..<Self.parties, using: &random))" }
    }

    private static func key(_ text: String) -> ExternalKey {
        .with {
            $0.system = "shop"
            $0.key = text
        }
    }

    private mutating func upsert(_ party: String) -> CommandBody {
        let name = "Name \(Int.random(in: 0..<4, using: &random))"
        return .with {
            $0.upsertParty.key = Self.key(party)
            $0.upsertParty.kind = .person
            $0.upsertParty.name.display = name
        }
    }

    private mutating func note(on party: String) -> CommandBody {
        let text = "Note \(random.next())"
        let expected = Int.random(in: 0..<4, using: &random) == 0 ? UInt64.random(in: 1..<6, using: &random) : nil
        return .with {
            $0.addNote.kind = .party
            $0.addNote.target.external = Self.key(party)
            $0.addNote.note.text = text
            if let expected { $0.expectedRevision = expected }
        }
    }

    private mutating func tag(_ party: String) -> CommandBody {
        let tag = "tag \(Int.random(in: 0..<6, using: &random))"
        return .with {
            $0.tag.kind = .party
            $0.tag.target.external = Self.key(party)
            $0.tag.tag = tag
        }
    }

    private mutating func order(of party: String) -> CommandBody {
        let document = Int.random(in: 0..<Self.documents, using: &random)
        let net = Int64.random(in: 1..<100_000, using: &random)
        return .with {
            $0.placeOrder.party.external = Self.key(party)
            $0.placeOrder.documentNumber = "document \(document)"
            $0.placeOrder.currency = "EUR"
            $0.placeOrder.lines = [
                .with {
                    $0.quantity.unscaled = 1
                    $0.net = net
                }
            ]
            $0.placeOrder.reached = .confirmed
        }
    }

    private mutating func offer(at now: Instant) -> CommandBody {
        let number = offers
        return .with {
            $0.publishOffer.external = [Self.key("offer \(number)")]
            $0.publishOffer.terms.name = "Ten"
            $0.publishOffer.terms.benefit.percent.unscaled = 10
            $0.publishOffer.terms.validFrom = now.timestamp
        }
    }

    private mutating func coupon(at now: Instant) -> [CommandBody] {
        coupons += 1
        let (number, party) = (coupons, party)
        let minutes = Int64.random(in: 1...4_000, using: &random)
        let issue = CommandBody.with {
            $0.issueOffer.external = [Self.key("coupon \(number)")]
            $0.issueOffer.offer.external = Self.key("offer 1")
            $0.issueOffer.party.external = Self.key(party)
            $0.issueOffer.expiresAt = Instant(microseconds: now.rawValue + minutes * 60_000_000).timestamp
        }
        return [upsert(party), issue]
    }
}
