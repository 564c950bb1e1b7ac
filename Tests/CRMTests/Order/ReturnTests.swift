import CRM
import KithTesting
import Schema
import SwiftProtobuf
import Testing

@Suite struct ReturnTests {
    @Test func `a return takes product, price, customer and currency from the sale`() throws {
        var shop = try Shop()
        let order = try shop.placed()
        let outcome = shop.scenario.when(shop.goods(of: order, "2"))
        #expect(outcome.kinds == [.returnRegistered])
        guard case .returnRegistered(let registered)? = outcome.payloads.first else { return }
        #expect(registered.orderNumber == order.rawValue)
        #expect(registered.partyNumber == shop.customer.rawValue)
        #expect(registered.currency == "EUR")
        #expect(registered.net == 500)
        #expect(registered.lines.map(\.productNumber) == [shop.pen.rawValue])
        #expect(registered.lines[0].unitPrice == decimal("2.50"))
        #expect(outcome.events[0].subjects.map(\.subject) == [shop.customer])
        #expect(outcome.events[0].subjects.map(\.role) == [.customer])
        #expect(try shop.scenario.claim(.returned(order: order, line: 1)) == 2_000_000)
        #expect(shop.scenario.isReproducible)
    }

    @Test func `a free credit note names no order and no line of one`() throws {
        var shop = try Shop()
        let credit = RegisterReturn.with {
            $0.currency = "JPY"
            $0.party = Reference(number: shop.other)
            $0.lines = [
                ReturnLineInput.with {
                    $0.quantity = decimal("2"); $0.unitPrice = decimal("12.25")
                }
            ]
        }
        let number = try shop.scenario.made(credit)
        let state = try shop.state(ofReturn: number)
        #expect(state.orderNumber == 0)
        #expect(state.net == 24)
        var nameless = credit
        nameless.clearParty()
        #expect(shop.scenario.when(nameless).events.first?.subjects.isEmpty == true)
        var lost = credit
        lost.currency = ""
        #expect(shop.scenario.when(lost).code == .currencyMismatch)
        lost.currency = "EUR"
        lost.lines[0].orderLine = 1
        #expect(shop.scenario.when(lost).code == .schemaInvalid)
    }

    static let refusals: [RefusalCase<RegisterReturn>] = [
        .init("no lines", .schemaInvalid, "lines") { goods, _ in goods.lines = [] },
        .init("no line of the order", .schemaInvalid, "lines[0].order_line") { goods, _ in
            goods.lines[0].orderLine = 0
        },
        .init("an unknown line of the order", .returnOfUnknownSale, "lines[0].order_line") { goods, _ in
            goods.lines[0].orderLine = 3
        },
        .init("an order that does not exist", .referenceMissing, "order") { goods, shop in
            goods.order = Reference(number: shop.pen)
        },
        .init("a customer that does not exist", .referenceMissing, "party") { goods, shop in
            goods.party = Reference(number: shop.pen)
        },
        .init("another customer", .returnOtherCustomer, "party") { goods, shop in
            goods.party = Reference(number: shop.other)
        },
        .init("another currency", .currencyMismatch, "currency") { goods, _ in goods.currency = "USD" },
        .init("an unknown currency", .currencyMismatch, "currency") { goods, _ in goods.currency = "EURO" },
        .init("another product", .returnOfUnknownSale, "lines[0].product") { goods, shop in
            goods.lines[0].product = Reference(number: shop.ink)
        },
        .init("a product that does not exist", .referenceMissing, "lines[0].product") { goods, shop in
            goods.lines[0].product = Reference(number: shop.customer)
        },
        .init("more than was sold", .returnExceedsSold, "lines[0].quantity") { goods, _ in
            goods.lines[0].quantity = decimal("3.000001")
        },
        .init("more than was sold, in two lines", .returnExceedsSold, "lines[0].quantity") { goods, _ in
            goods.lines[0].quantity = decimal("2")
            goods.lines.append(goods.lines[0])
        },
        .init("nothing", .amountInvalid, "lines[0].quantity") { goods, _ in goods.lines[0].quantity = decimal("0") },
        .init("less than nothing", .amountInvalid, "lines[0].quantity") { goods, _ in
            goods.lines[0].quantity = decimal("-1")
        },
        .init("too many decimals", .amountInvalid, "lines[0].quantity") { goods, _ in
            goods.lines[0].quantity = decimal("0.1234567")
        },
        .init("a price below zero", .amountInvalid, "lines[0].unit_price") { goods, _ in
            goods.lines[0].unitPrice = decimal("-1")
        },
        .init("a price that overflows", .amountInvalid, "lines[0].unit_price") { goods, _ in
            goods.lines[0].unitPrice = DecimalValue.with { $0.unscaled = .max }
        },
        .init("a net below zero", .amountInvalid, "lines[0].net") { goods, _ in goods.lines[0].net = -1 },
        .init("a sum that overflows", .amountInvalid, "lines[1].net") { goods, _ in
            goods.lines[0].net = .max
            goods.lines.append(goods.lines[0])
        },
        .init("a line number twice", .schemaInvalid, "lines[1].line") { goods, _ in
            goods.lines[0].line = 1
            goods.lines.append(goods.lines[0])
        },
        .init("a long document number", .limitExceeded, "document_number") { goods, _ in
            goods.documentNumber = String(repeating: "9", count: 129)
        },
    ]

    @Test(arguments: refusals) func `a return is refused`(_ row: RefusalCase<RegisterReturn>) throws {
        var shop = try Shop()
        let order = try shop.placed()
        var goods = shop.goods(of: order, "1")
        row.change(&goods, shop)
        let outcome = shop.scenario.when(goods, historic: row.historic)
        #expect(outcome.code == row.code)
        #expect(outcome.field == row.field)
    }

    @Test func `no more comes back in several returns than was sold`() throws {
        var shop = try Shop()
        let order = try shop.placed()
        #expect(shop.scenario.when(shop.goods(of: order, "2")).code == nil)
        #expect(shop.scenario.when(shop.goods(of: order, "1.5")).code == .returnExceedsSold)
        #expect(shop.scenario.when(shop.goods(of: order, "1")).code == nil)
        #expect(shop.scenario.when(shop.goods(of: order, "0.000001")).code == .returnExceedsSold)
        #expect(shop.scenario.when(shop.goods(of: order, "1.5", line: 2)).code == nil)
    }

    @Test func `only what was sold comes back`() throws {
        var shop = try Shop()
        let order = try shop.placed(reached: .placed)
        let goods = shop.goods(of: order, "1")
        #expect(shop.scenario.when(goods).code == .returnOfUnknownSale)
        #expect(shop.scenario.when(goods).field == "order")
        var historic = shop.scenario
        #expect(historic.when(goods, historic: true).code == nil)
        shop.scenario.when(CancelOrder.with { $0.order = Reference(number: order) }, reason: "double")
        #expect(shop.scenario.when(goods, historic: true).code == .returnOfUnknownSale)
    }

    @Test func `an archived customer gets no credit note, and history does`() throws {
        var shop = try Shop()
        let order = try shop.placed()
        shop.scenario.when(ArchiveParty.with { $0.party = Reference(number: shop.customer) }, reason: "moved")
        #expect(shop.scenario.when(shop.goods(of: order, "1")).code == .archived)
        #expect(shop.scenario.when(shop.goods(of: order, "1"), historic: true).code == nil)
    }

    @Test func `a document number and an external key are used once among returns`() throws {
        var shop = try Shop()
        let order = try shop.placed()
        var goods = shop.goods(of: order, "1")
        goods.documentNumber = "C-1"
        goods.external = [ExternalKey(system: "erp", key: "C-1")]
        let first = try shop.scenario.made(goods)
        #expect(try shop.scenario.resolve(Reference(external: goods.external[0]), .return) == first)
        #expect(shop.scenario.when(goods).code == .documentNumberUsed)
        goods.documentNumber = "C-2"
        #expect(shop.scenario.when(goods).code == .referenceTaken)
    }

    @Test func `a line whose sale has no price needs a net or a price`() throws {
        var shop = try Shop()
        let order = try shop.placed {
            $0.lines = [
                OrderLineInput.with {
                    $0.net = 100; $0.quantity = decimal("2")
                }
            ]
        }
        var goods = shop.goods(of: order, "1")
        #expect(shop.scenario.when(goods).code == .schemaInvalid)
        goods.lines[0].net = 40
        #expect(shop.scenario.when(goods).code == nil)
    }

    @Test func `a return is paid back once`() throws {
        var shop = try Shop()
        let order = try shop.placed()
        let number = try shop.scenario.made(shop.goods(of: order, "2"))
        func refund(_ amount: Int64?, _ currency: String = "EUR") -> RefundReturn {
            RefundReturn.with {
                $0.goodsReturn = Reference(number: number)
                if let amount {
                    $0.amount.minorUnits = amount
                    $0.amount.currency = currency
                }
            }
        }
        #expect(shop.scenario.when(refund(501)).code == .amountInvalid)
        #expect(shop.scenario.when(refund(-1)).code == .amountInvalid)
        #expect(shop.scenario.when(refund(100, "USD")).code == .currencyMismatch)
        let outcome = shop.scenario.when(refund(nil))
        #expect(outcome.kinds == [.returnRefunded])
        #expect(outcome.events[0].subjects.map(\.subject) == [shop.customer])
        #expect(
            try shop.state(ofReturn: number).refunded
                == Money.with {
                    $0.minorUnits = 500; $0.currency = "EUR"
                })
        #expect(try shop.state(ofReturn: number).status == .refunded)
        #expect(shop.scenario.when(refund(nil)).isUnchanged)
        #expect(shop.scenario.when(refund(500, "")).isUnchanged)
        #expect(shop.scenario.when(refund(400)).code == .illegalTransition)
        #expect(shop.scenario.isReproducible)
    }
}

@Suite struct ReturnCorrectionTests {
    private func upsert(_ shop: Shop, of order: StreamNumber, _ quantity: String) -> UpsertReturn {
        UpsertReturn.with {
            $0.key = ExternalKey(system: "shop", key: "R-1")
            $0.goodsReturn = shop.goods(of: order, quantity)
        }
    }

    @Test func `an upsert registers, answers unchanged and corrects`() throws {
        var shop = try Shop()
        let order = try shop.placed()
        #expect(shop.scenario.when(upsert(shop, of: order, "2")).kinds == [.returnRegistered])
        let number = try #require(shop.scenario.lastTarget)
        #expect(shop.scenario.when(upsert(shop, of: order, "2.0")).isUnchanged)
        let outcome = shop.scenario.when(upsert(shop, of: order, "3"))
        #expect(outcome.kinds == [.returnCorrected])
        guard case .returnCorrected(let corrected)? = outcome.payloads.first else { return }
        #expect(corrected.linesBefore.map(\.quantity) == [decimal("2")])
        #expect(try shop.scenario.claim(.returned(order: order, line: 1)) == 3_000_000)
        #expect(try shop.state(ofReturn: number).net == 750)
        // What it took back itself does not stand in its way, what another one did does.
        #expect(shop.scenario.when(upsert(shop, of: order, "3.5")).code == .returnExceedsSold)
        #expect(shop.scenario.when(upsert(shop, of: order, "1")).kinds == [.returnCorrected])
        #expect(shop.scenario.when(shop.goods(of: order, "2")).code == nil)
        #expect(shop.scenario.when(upsert(shop, of: order, "1.1")).code == .returnExceedsSold)
        #expect(shop.scenario.isReproducible)
    }

    @Test func `a return moves from one order to another and becomes a free credit note`() throws {
        var shop = try Shop()
        let first = try shop.placed()
        let other = Reference(number: shop.other)
        let second = try shop.placed {
            $0.documentNumber = "A-2"
            $0.party = other
        }
        shop.scenario.when(upsert(shop, of: first, "2"))
        let number = try #require(shop.scenario.lastTarget)
        let outcome = shop.scenario.when(upsert(shop, of: second, "3"))
        #expect(outcome.kinds == [.returnCorrected])
        #expect(outcome.events[0].subjects.map(\.subject) == [shop.other, shop.customer])
        #expect(try shop.scenario.claim(.returned(order: first, line: 1)) == 0)
        #expect(try shop.scenario.claim(.returned(order: second, line: 1)) == 3_000_000)

        var free = upsert(shop, of: second, "3")
        free.goodsReturn.clearOrder()
        free.goodsReturn.lines[0].orderLine = 0
        free.goodsReturn.lines[0].net = 1
        #expect(shop.scenario.when(free).kinds == [.returnCorrected])
        #expect(try shop.scenario.claim(.returned(order: second, line: 1)) == 0)
        #expect(try shop.state(ofReturn: number).partyNumber == 0)
        #expect(shop.scenario.when(upsert(shop, of: first, "1")).kinds == [.returnCorrected])
        #expect(try shop.scenario.claim(.returned(order: first, line: 1)) == 1_000_000)
        #expect(shop.scenario.isReproducible)
    }

    @Test func `a return that was paid back stays worth it`() throws {
        var shop = try Shop()
        let order = try shop.placed()
        shop.scenario.when(upsert(shop, of: order, "2"))
        let number = try #require(shop.scenario.lastTarget)
        shop.scenario.when(RefundReturn.with { $0.goodsReturn = Reference(number: number) })
        #expect(shop.scenario.when(upsert(shop, of: order, "1")).code == .amountInvalid)
        #expect(shop.scenario.when(upsert(shop, of: order, "3")).kinds == [.returnCorrected])
        #expect(try shop.state(ofReturn: number).status == .refunded)
    }

    @Test func `an older version is refused, a moved time recorded`() throws {
        var shop = try Shop()
        let order = try shop.placed()
        var command = upsert(shop, of: order, "2")
        command.sourceVersion = 3
        let day = Instant(microseconds: 1_700_000_000_000_000)
        shop.scenario.when(command, at: day)
        let number = try #require(shop.scenario.lastTarget)
        command.sourceVersion = 2
        #expect(shop.scenario.when(command, at: day).code == .staleSource)
        command.sourceVersion = 3
        #expect(shop.scenario.when(command, at: day).isUnchanged)
        let later = Instant(microseconds: day.rawValue + 1)
        #expect(shop.scenario.when(command, at: later).kinds == [.returnCorrected])
        #expect(try shop.state(ofReturn: number).registeredAt == later.rawValue)
        #expect(command.retroactive)
    }

    @Test func `a document number moves with the correction`() throws {
        var shop = try Shop()
        let order = try shop.placed()
        var command = upsert(shop, of: order, "1")
        command.goodsReturn.documentNumber = "C-1"
        shop.scenario.when(command)
        command.goodsReturn.documentNumber = "C-2"
        #expect(shop.scenario.when(command).kinds == [.returnCorrected])
        var second = shop.goods(of: order, "1")
        second.documentNumber = "C-1"
        #expect(shop.scenario.when(second).code == nil)
        command.goodsReturn.documentNumber = "C-1"
        #expect(shop.scenario.when(command).code == .documentNumberUsed)
        #expect(shop.scenario.when(command).field == "goods_return.document_number")
    }

    @Test func `a correction of a return whose order was cancelled since may keep the order`() throws {
        var shop = try Shop()
        let order = try shop.placed()
        shop.scenario.when(upsert(shop, of: order, "2"))
        shop.scenario.when(CancelOrder.with { $0.order = Reference(number: order) }, reason: "double")
        #expect(shop.scenario.when(upsert(shop, of: order, "1")).kinds == [.returnCorrected])
    }
}
