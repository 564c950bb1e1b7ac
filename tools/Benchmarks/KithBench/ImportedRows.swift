internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf

/// Rows in the form of the CDNOW purchases (customer, day, number of CDs, dollars), each as the one atomic command
/// that `kith import` makes of it: the customer is upserted by external key, the completed order placed.
struct ImportedRows {
    private var source = CommandSource()
    private let customers: Int

    /// - Parameter count: of rows; there is a customer to every three, a few of whom buy much more often.
    init(count: Int) { customers = max(1, count / 3) }

    /// Seconds of 1997-01-01T00:00:00Z.
    private static let firstDay: Int64 = 852_076_800
    private static let days = 546

    /// The next row's command.
    mutating func command(row: Int) -> Command {
        // The smaller of two draws: early customers buy more often.
        let customer = min(source.below(customers), source.below(customers))
        var order = PlaceOrder()
        order.party.external = Self.key(customer)
        order.channel = "web"
        order.currency = "USD"
        order.reached = .completed
        var line = OrderLineInput()
        line.quantity.unscaled = Int64(1 + min(source.below(4), source.below(6)))
        line.net = Int64(500 + source.below(8_000))
        order.lines = [line]
        var upsert = UpsertParty()
        upsert.key = Self.key(customer)
        upsert.kind = .person
        var command = Command()
        command.idempotencyKey = Data("cdnow:\(row):0123456789abcdef0123456789abcdef".utf8)
        command.bodies = [.with { $0.upsertParty = upsert }, .with { $0.placeOrder = order }]
        command.occurredAt.seconds = Self.firstDay + Int64(source.below(Self.days)) * 86_400
        command.source.system = "cdnow"
        command.mode = .historic
        return command
    }

    private static func key(_ customer: Int) -> ExternalKey {
        var key = ExternalKey()
        key.system = "cdnow"
        key.key = "\(customer + 1)"
        return key
    }
}
