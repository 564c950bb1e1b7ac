import CRM
import KithTesting
import Schema
import SwiftProtobuf
import Testing

@Suite struct OrderPlacementTests {
    @Test func `an order is recorded with its lines, its net and its customer as subject`() throws {
        var shop = try Shop()
        let outcome = shop.scenario.when(shop.order)
        #expect(outcome.kinds == [.orderPlaced])
        guard case .orderPlaced(let placed)? = outcome.payloads.first else { return }
        #expect(placed.net == 2_250)
        #expect(placed.lines.map(\.net) == [750, 1_500])
        #expect(placed.lines.map(\.line) == [1, 2])
        #expect(placed.lines.map(\.productNumber) == [shop.pen.rawValue, shop.ink.rawValue])
        #expect(placed.lineCount == 2)
        #expect(placed.partyNumber == shop.customer.rawValue)
        #expect(outcome.events[0].subjects.map(\.subject) == [shop.customer])
        #expect(outcome.events[0].subjects.map(\.role) == [.customer])
        #expect(shop.scenario.isReproducible)
    }

    @Test func `a first confirmed order makes a customer, as a consequence of the confirmation`() throws {
        var shop = try Shop()
        var order = shop.order
        order.reached = .completed
        let outcome = shop.scenario.when(order)
        #expect(outcome.kinds == [.orderPlaced, .orderConfirmed, .orderCompleted, .partyStatusChanged])
        #expect(outcome.events[3].stream == shop.customer)
        #expect(outcome.events[3].stored.header.causation == outcome.events[1].stored.position)
        #expect(outcome.events[3].stored.header.origin == .policy)
        #expect(outcome.events[2].subjects.map(\.subject) == [shop.customer])
        #expect(try shop.status(of: shop.customer) == .customer)
        #expect(try shop.scenario.claim(.confirmedOrders(shop.customer)) == 1)
        let state = try shop.state(ofOrder: outcome.events[0].stream)
        #expect(state.status == .completed)
        #expect(shop.scenario.isReproducible)

        order.documentNumber = "A-2"
        #expect(shop.scenario.when(order).kinds == [.orderPlaced, .orderConfirmed, .orderCompleted])
    }

    @Test func `an order may have no customer`() throws {
        var shop = try Shop()
        let number = try shop.placed { $0.clearParty() }
        #expect(shop.scenario.events.last?.stored.header.kind == .orderConfirmed)
        #expect(try shop.state(ofOrder: number).partyNumber == 0)
        #expect(shop.scenario.events.filter { $0.stream == number }.allSatisfy { $0.subjects.isEmpty })
    }

    @Test func `everything can be named by a key of another system`() throws {
        var shop = try Shop()
        let key = ExternalKey(system: "erp", key: "P-7")
        shop.scenario.when(DefineProduct.with { $0.external = [key] })
        var order = shop.order
        order.external = [ExternalKey(system: "erp", key: "O-7")]
        order.lines[0].product = Reference(external: key)
        let number = try shop.scenario.made(order)
        #expect(try shop.scenario.resolve(Reference(external: order.external[0]), .order) == number)
        #expect(shop.scenario.when(ConfirmOrder.with { $0.order = Reference(external: order.external[0]) }).code == nil)
    }

    @Test(
        arguments: [
            ("3", "2.50", 0, 750), ("1", "0.005", 0, 0), ("1", "0.015", 0, 2), ("1", "0.025", 1, 2),
            ("1", "0.035", 1, 2),
            ("0", "99", 0, 0), ("0.333333", "0.000000003", 0, 0), ("3", "1.999999999", 100, 500),
        ] as [(String, String, Int64, Int64)])
    func `a net that is not sent is price times quantity less discount, rounded half to even`(
        quantity: String, price: String, discount: Int64, net: Int64
    ) throws {
        var shop = try Shop()
        var order = shop.order
        order.lines = [shop.line(nil, quantity, price)]
        order.lines[0].discount = discount
        let number = try shop.scenario.made(order)
        // 0.025 less one cent is 1.5 cents: two, though 2.5 rounds to two and leaves one.
        #expect(try shop.state(ofOrder: number).net == net)
    }

    @Test func `a net that is sent stands, in units of the currency`() throws {
        var shop = try Shop()
        let lines = [shop.line(nil, "3", "0.5"), OrderLineInput.with { $0.net = 77 }]
        let number = try shop.placed {
            $0.currency = "JPY"
            $0.lines = lines
        }
        let state = try shop.state(ofOrder: number)
        #expect(state.lines.map(\.net) == [2, 77])
        #expect(state.lines[1].quantity == decimal("1"))
        #expect(!state.lines[1].hasUnitPrice)
    }

    @Test func `lines that are numbered out of order are recorded in order`() throws {
        var shop = try Shop()
        let number = try shop.placed {
            $0.lines[0].line = 7
            $0.lines[1].line = 4
        }
        #expect(try shop.state(ofOrder: number).lines.map(\.line) == [4, 7])
    }

    @Test func `money is in the organisation's currency where the command names none`() throws {
        var shop = try Shop()
        var order = shop.order
        order.currency = ""
        #expect(shop.scenario.when(order).code == .currencyMismatch)
        shop.scenario.when(SetOrganisation.with { $0.currency = "CHF" })
        let number = try shop.scenario.made(order)
        #expect(try shop.state(ofOrder: number).currency == "CHF")
    }

    @Test func `history may name an archived customer, a retired product and a stock correction`() throws {
        var shop = try Shop()
        shop.scenario.when(ArchiveParty.with { $0.party = Reference(number: shop.customer) }, reason: "moved")
        shop.scenario.when(RetireProduct.with { $0.product = Reference(number: shop.pen) }, reason: "old")
        var order = shop.order
        order.lines.append(shop.line(shop.ink, "-80", "0"))
        #expect(shop.scenario.when(order).code == .amountInvalid)
        #expect(shop.scenario.when(order, historic: true).kinds == [.orderPlaced])
    }

    static let refusals: [RefusalCase<PlaceOrder>] = [
        .init("no lines", .schemaInvalid, "lines") { order, _ in order.lines = [] },
        .init("too many lines", .limitExceeded, "lines") { order, _ in
            order.lines = Array(repeating: order.lines[0], count: 5_001)
        },
        .init("a line number twice", .schemaInvalid, "lines[1].line") { order, _ in
            order.lines[0].line = 3
            order.lines[1].line = 3
        },
        .init("some lines numbered", .schemaInvalid, "lines[1].line") { order, _ in order.lines[0].line = 1 },
        .init("neither net nor price", .schemaInvalid, "lines[0].net") { order, _ in order.lines[0].clearUnitPrice() },
        .init("a cancelled order", .schemaInvalid, "reached") { order, _ in order.reached = .cancelled },
        .init("an unknown status", .schemaInvalid, "reached") { order, _ in order.reached = .UNRECOGNIZED(9) },
        .init("an id that is none", .schemaInvalid, "id") { order, _ in order.id = "x" },
        .init("a party that names nothing", .schemaInvalid, "party") { order, _ in order.party = Reference() },
        .init("a long document number", .limitExceeded, "document_number") { order, _ in
            order.documentNumber = String(repeating: "9", count: 129)
        },
        .init("a long channel", .limitExceeded, "channel") { order, _ in
            order.channel = String(repeating: "渠", count: 22)
        },
        .init("a long country", .limitExceeded, "country") { order, _ in
            order.country = String(repeating: "x", count: 65)
        },
        .init("an unknown currency", .currencyMismatch, "currency") { order, _ in order.currency = "XXX" },
        .init("a party that does not exist", .referenceMissing, "party") { order, shop in
            order.party = Reference(number: shop.pen)
        },
        .init("a product that does not exist", .referenceMissing, "lines[1].product") { order, _ in
            order.lines[1].product = Reference(external: ExternalKey(system: "erp", key: "none"))
        },
        .init("a price of ten decimals", .amountInvalid, "lines[0].unit_price") { order, _ in
            order.lines[0].unitPrice.scale = 10
        },
        .init("a price below zero", .amountInvalid, "lines[0].unit_price") { order, _ in
            order.lines[0].unitPrice.unscaled = -1
        },
        .init("a cost below zero", .amountInvalid, "lines[1].unit_cost") { order, _ in
            order.lines[1].unitCost = decimal("-1")
        },
        .init("a rate below zero", .amountInvalid, "lines[1].tax_rate") { order, _ in
            order.lines[1].taxRate = decimal("-0.2")
        },
        .init("a quantity of seven decimals", .amountInvalid, "lines[0].quantity") { order, _ in
            order.lines[0].quantity = decimal("0.0000001")
        },
        .init("a quantity below zero", .amountInvalid, "lines[0].quantity") { order, _ in
            order.lines[0].quantity = decimal("-1")
            order.lines[0].unitPrice = decimal("0")
        },
        .init("a priced quantity below zero", .amountInvalid, "lines[0].quantity", historic: true) { order, _ in
            order.lines[0].quantity = decimal("-1")
            order.lines[0].net = 0
        },
        .init("a net below zero", .amountInvalid, "lines[0].net") { order, _ in order.lines[0].net = -1 },
        .init("a discount below zero", .amountInvalid, "lines[0].discount") { order, _ in
            order.lines[0].discount = -1
        },
        .init("a discount above the price", .amountInvalid, "lines[0].discount") { order, _ in
            order.lines[0].discount = 751
        },
        .init("a product that overflows", .amountInvalid, "lines[0].unit_price") { order, _ in
            order.lines[0].unitPrice = DecimalValue.with { $0.unscaled = .max }
        },
        .init("a sum that overflows", .amountInvalid, "lines[1].net") { order, _ in
            order.lines[0].net = .max
            order.lines[1].net = 1
        },
        .init("a remark without a party", .schemaInvalid, "personal") { order, _ in
            order.clearParty()
            order.personal.remark = "ring twice"
        },
        .init("a long remark", .limitExceeded, "personal.remark") { order, _ in
            order.personal.remark = String(repeating: "r", count: 1_025)
        },
        .init("a long address", .limitExceeded, "personal.delivery") { order, _ in
            order.personal.delivery.lines = [String(repeating: "r", count: 2_001)]
        },
        .init("an external key without a system", .schemaInvalid, "external[0].system") { order, _ in
            order.external = [ExternalKey(system: "", key: "k")]
        },
    ]

    @Test(arguments: refusals) func `an order is refused`(_ row: RefusalCase<PlaceOrder>) throws {
        var shop = try Shop()
        var order = shop.order
        row.change(&order, shop)
        let before = shop.scenario.events.count
        let outcome = shop.scenario.when(order, historic: row.historic)
        #expect(outcome.code == row.code)
        #expect(outcome.field == row.field)
        #expect(shop.scenario.events.count == before)
    }

    @Test func `a document number is used once among orders`() throws {
        var shop = try Shop()
        _ = try shop.placed()
        let outcome = shop.scenario.when(shop.order)
        #expect(outcome.code == .documentNumberUsed)
        #expect(outcome.field == "document_number")
        // A cancelled order keeps its number: the document exists.
        let second = try shop.placed { $0.documentNumber = "" }
        #expect(try shop.state(ofOrder: second).documentNumber == "")
        #expect(
            shop.scenario.when(
                RegisterReturn.with {
                    $0.documentNumber = "A-1"
                    $0.currency = "EUR"
                    $0.lines = [
                        ReturnLineInput.with {
                            $0.quantity = decimal("1"); $0.net = 1
                        }
                    ]
                }
            ).code == nil)
    }

    @Test func `an external key is used once`() throws {
        var shop = try Shop()
        let key = ExternalKey(system: "erp", key: "1")
        let first = try shop.placed { $0.external = [key] }
        var order = shop.order
        order.documentNumber = "A-2"
        order.external = [ExternalKey(system: "erp", key: "2"), key]
        let outcome = shop.scenario.when(order)
        #expect(outcome.code == .referenceTaken)
        #expect(outcome.field == "external[1]")
        let holder = try #require(shop.scenario.id(of: first))
        #expect(outcome.refusal?.detail.relatedIds == [holder.description])
    }

    @Test func `an archived customer and a retired product are refused`() throws {
        var shop = try Shop()
        shop.scenario.when(ArchiveParty.with { $0.party = Reference(number: shop.customer) }, reason: "moved")
        #expect(shop.scenario.when(shop.order).code == .archived)
        shop.scenario.when(RestoreParty.with { $0.party = Reference(number: shop.customer) }, reason: "back")
        shop.scenario.when(RetireProduct.with { $0.product = Reference(number: shop.ink) }, reason: "old")
        let outcome = shop.scenario.when(shop.order)
        #expect(outcome.code == .productRetired)
    }
}
