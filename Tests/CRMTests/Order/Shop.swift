import CRM
import KithTesting
import Schema
import SwiftProtobuf
import Testing

/// A log with two customers and two products, for tests of trade.
struct Shop {
    var scenario = Scenario()
    let customer: StreamNumber
    let other: StreamNumber
    let pen: StreamNumber
    let ink: StreamNumber

    init() throws {
        customer = try scenario.made(
            RegisterParty.with {
                $0.kind = .person
                $0.name.display = "Ada"
            })
        other = try scenario.made(
            RegisterParty.with {
                $0.kind = .person
                $0.name.display = "Bea"
            })
        pen = try scenario.made(DefineProduct.with { $0.sku = "PEN" })
        ink = try scenario.made(DefineProduct.with { $0.sku = "INK" })
    }

    /// An order of two lines: 3 pens at 2.50 and 1.5 litres of ink at 10.00, 22.50 EUR in all.
    var order: PlaceOrder {
        PlaceOrder.with {
            $0.documentNumber = "A-1"
            $0.party = Reference(number: customer)
            $0.channel = "web"
            $0.country = "NL"
            $0.currency = "EUR"
            $0.lines = [line(pen, "3", "2.50"), line(ink, "1.5", "10")]
        }
    }

    /// The same order under a key of the web shop.
    func upsert(_ change: (inout UpsertOrder) -> Void = { _ in }) -> UpsertOrder {
        UpsertOrder.with {
            $0.key = ExternalKey(system: "shop", key: "1")
            $0.order = order
            change(&$0)
        }
    }

    func line(_ product: StreamNumber?, _ quantity: String, _ price: String) -> OrderLineInput {
        OrderLineInput.with {
            if let product { $0.product = Reference(number: product) }
            $0.quantity = decimal(quantity)
            $0.unitPrice = decimal(price)
        }
    }

    /// A return of so much of the first line of an order.
    func goods(of order: StreamNumber, _ quantity: String, line: UInt32 = 1) -> RegisterReturn {
        RegisterReturn.with {
            $0.order = Reference(number: order)
            $0.lines = [
                ReturnLineInput.with {
                    $0.orderLine = line
                    $0.quantity = decimal(quantity)
                }
            ]
        }
    }

    /// Places the order and takes it as far as given.
    mutating func placed(
        reached: OrderStatus = .confirmed, _ change: (inout PlaceOrder) -> Void = { _ in }
    ) throws -> StreamNumber {
        var order = order
        order.reached = reached
        change(&order)
        return try scenario.made(order)
    }

    func state(ofOrder number: StreamNumber) throws -> OrderState {
        try #require(try scenario.state(OrderAggregate.self, of: number))
    }

    func state(ofReturn number: StreamNumber) throws -> ReturnState {
        try #require(try scenario.state(ReturnAggregate.self, of: number))
    }

    func status(of party: StreamNumber) throws -> PartyStatus {
        try #require(try scenario.state(PartyAggregate.self, of: party)).status
    }
}

extension Scenario {
    /// Carries out a command that makes something, and gives its stream.
    mutating func made(_ command: some DomainCommand, historic: Bool = false, at instant: Instant? = nil) throws
        -> StreamNumber
    {
        let outcome = when(command, historic: historic, at: instant)
        if let refusal = outcome.refusal { Issue.record("refused: \(refusal.detail)") }
        return try #require(lastTarget)
    }
}

/// The decimal that a text writes.
func decimal(_ text: String) -> DecimalValue {
    guard let number = DecimalArithmetic.parse(text) else { preconditionFailure("no decimal: \(text)") }
    return DecimalValue.with {
        $0.unscaled = number.unscaled
        $0.scale = number.scale
    }
}

/// One row of a table of refusals: what is done to a command that would be accepted, and what is said to it.
struct RefusalCase<Command>: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var code: ErrorCode
    var field: String
    var historic: Bool
    var change: @Sendable (inout Command, Shop) -> Void

    init(
        _ name: String, _ code: ErrorCode, _ field: String, historic: Bool = false,
        _ change: @escaping @Sendable (inout Command, Shop) -> Void
    ) {
        testDescription = name
        self.code = code
        self.field = field
        self.historic = historic
        self.change = change
    }
}
