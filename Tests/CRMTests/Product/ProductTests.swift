import CRM
import KithTesting
import Schema
import SwiftProtobuf
import Testing

@Suite struct ProductTests {
    private var define: DefineProduct {
        DefineProduct.with {
            $0.sku = "PEN-1"
            $0.external = [ExternalKey(system: "erp", key: "1")]
            $0.detail.name = "Pen"
            $0.detail.category = "office/writing"
            $0.detail.unit = "piece"
            $0.detail.unitCost = decimal("0.35")
            $0.detail.costCurrency = "EUR"
        }
    }

    private func state(_ scenario: Scenario, _ number: StreamNumber) throws -> ProductState {
        try #require(try scenario.state(ProductAggregate.self, of: number))
    }

    @Test func `a product is defined with its keys`() throws {
        var scenario = Scenario()
        let outcome = scenario.when(define)
        #expect(outcome.kinds == [.productDefined])
        let number = try #require(scenario.lastTarget)
        #expect(try state(scenario, number).detail == define.detail)
        #expect(try scenario.claim(.sku("PEN-1")) == 1)
        #expect(try scenario.resolve(Reference(external: define.external[0]), .product) == number)
        #expect(scenario.isReproducible)
    }

    static let refusals: [RefusalCase<DefineProduct>] = [
        .init("a long sku", .limitExceeded, "sku") { define, _ in define.sku = String(repeating: "s", count: 65) },
        .init("a long name", .limitExceeded, "detail.name") { define, _ in
            define.detail.name = String(repeating: "名", count: 167)
        },
        .init("a long category", .limitExceeded, "detail.category") { define, _ in
            define.detail.category = String(repeating: "c", count: 201)
        },
        .init("a long unit", .limitExceeded, "detail.unit") { define, _ in
            define.detail.unit = String(repeating: "u", count: 65)
        },
        .init("a cost below zero", .amountInvalid, "detail.unit_cost") { define, _ in
            define.detail.unitCost = decimal("-0.01")
        },
        .init("a cost of ten decimals", .amountInvalid, "detail.unit_cost") { define, _ in
            define.detail.unitCost = decimal("0.0000000001")
        },
        .init("a cost without a currency", .currencyMismatch, "detail.cost_currency") { define, _ in
            define.detail.costCurrency = ""
        },
        .init("an unknown currency", .currencyMismatch, "detail.cost_currency") { define, _ in
            define.detail.costCurrency = "eur"
        },
        .init("nothing to know it by", .schemaInvalid, "detail") { define, _ in define = DefineProduct() },
        .init("a sku in use", .skuTaken, "sku") { define, _ in define.sku = "PEN" },
        .init("an external key in use", .referenceTaken, "external[0]") { define, _ in
            define.external = [ExternalKey(system: "erp", key: "taken")]
        },
    ]

    @Test(arguments: refusals) func `a product is refused`(_ row: RefusalCase<DefineProduct>) throws {
        var shop = try Shop()
        shop.scenario.when(DefineProduct.with { $0.external = [ExternalKey(system: "erp", key: "taken")] })
        var command = define
        row.change(&command, shop)
        let outcome = shop.scenario.when(command)
        #expect(outcome.code == row.code)
        #expect(outcome.field == row.field)
    }

    @Test func `a change keeps what it does not name and empties what it says`() throws {
        var scenario = Scenario()
        let number = try scenario.made(define)
        let outcome = scenario.when(
            ChangeProduct.with {
                $0.product = Reference(number: number)
                $0.sku = "PEN-2"
                $0.detail.name = "Biro"
                $0.clear = ["category", "unit_cost"]
            })
        #expect(outcome.kinds == [.productChanged])
        guard case .productChanged(let changed)? = outcome.payloads.first else { return }
        #expect(changed.skuChanged)
        #expect(changed.skuBefore == "PEN-1")
        let state = try state(scenario, number)
        #expect(state.detail.name == "Biro")
        #expect(state.detail.category == "")
        #expect(state.detail.unit == "piece")
        #expect(!state.detail.hasUnitCost)
        #expect(state.detail.costCurrency == "")
        #expect(try scenario.claim(.sku("PEN-1")) == 0)
        #expect(try scenario.claim(.sku("PEN-2")) == 1)
        #expect(scenario.isReproducible)
    }

    @Test func `a change to what already holds changes nothing`() throws {
        var scenario = Scenario()
        let number = try scenario.made(define)
        let outcome = scenario.when(
            ChangeProduct.with {
                $0.product = Reference(number: number)
                $0.sku = "PEN-1"
                $0.detail.unitCost = decimal("0.350")
            })
        #expect(outcome.isUnchanged)
    }

    @Test func `a change is refused where it contradicts itself or takes a sku`() throws {
        var shop = try Shop()
        func change(_ fill: (inout ChangeProduct) -> Void) -> ChangeProduct {
            ChangeProduct.with {
                $0.product = Reference(number: shop.pen)
                fill(&$0)
            }
        }
        #expect(shop.scenario.when(change { $0.sku = "INK" }).code == .skuTaken)
        #expect(shop.scenario.when(change { $0.clear = ["colour"] }).code == .schemaInvalid)
        #expect(
            shop.scenario.when(
                change {
                    $0.sku = "X"; $0.clear = ["sku"]
                }
            ).field == "clear[0]")
        #expect(shop.scenario.when(change { $0.detail.unitCost = decimal("1") }).code == .currencyMismatch)
        #expect(shop.scenario.when(change { $0.product = Reference(number: shop.customer) }).code == .notFound)
    }

    @Test func `an upsert defines, changes and answers unchanged`() throws {
        var scenario = Scenario()
        var upsert = UpsertProduct.with { $0.key = ExternalKey(system: "erp", key: "9") }
        #expect(scenario.when(upsert).kinds == [.productDefined])
        #expect(scenario.when(upsert).isUnchanged)
        upsert.detail.name = "Ink"
        upsert.sourceVersion = 7
        #expect(scenario.when(upsert).kinds == [.productChanged])
        upsert.detail.name = "Red ink"
        upsert.sourceVersion = 6
        let stale = scenario.when(upsert)
        #expect(stale.code == .staleSource)
        #expect(stale.refusal?.detail.actual == 7)
        #expect(scenario.when(UpsertProduct.with { $0.key = upsert.key }).isUnchanged)
    }

    @Test func `a retired product changes no more`() throws {
        var shop = try Shop()
        let pen = Reference(number: shop.pen)
        #expect(shop.scenario.when(RetireProduct.with { $0.product = pen }).kinds == [.productRetired])
        #expect(shop.scenario.when(RetireProduct.with { $0.product = pen }).isUnchanged)
        #expect(
            shop.scenario.when(
                ChangeProduct.with {
                    $0.product = pen; $0.sku = "X"
                }
            ).code == .productRetired)
        #expect(
            shop.scenario.when(
                ChangeProduct.with {
                    $0.product = pen; $0.sku = "PEN"
                }
            ).isUnchanged)
        #expect(
            shop.scenario.when(
                AddVariant.with {
                    $0.product = pen; $0.sku = "X"
                }
            ).code == .productRetired)
        let related = RelateProducts.with {
            $0.product = pen
            $0.related = Reference(number: shop.ink)
            $0.relation = .cross
        }
        #expect(shop.scenario.when(related).code == .productRetired)
    }

    @Test func `variants have skus of their own`() throws {
        var shop = try Shop()
        let red = AddVariant.with {
            $0.product = Reference(number: shop.pen)
            $0.sku = "PEN-R"
            $0.attributes = [
                VariantAttribute.with {
                    $0.name = "colour"; $0.value = "red"
                }
            ]
        }
        #expect(shop.scenario.when(red).kinds == [.variantAdded])
        #expect(shop.scenario.when(red).isUnchanged)
        var other = red
        other.attributes = []
        #expect(shop.scenario.when(other).code == .skuTaken)
        other.sku = "INK"
        #expect(shop.scenario.when(other).code == .skuTaken)
        other.sku = ""
        #expect(shop.scenario.when(other).code == .schemaInvalid)
        other = red
        other.attributes += red.attributes
        #expect(shop.scenario.when(other).field == "attributes[1].name")
        #expect(shop.scenario.when(DefineProduct.with { $0.sku = "PEN-R" }).code == .skuTaken)
    }

    @Test func `products are related once, and not to themselves`() throws {
        var shop = try Shop()
        func relate(_ other: StreamNumber, _ relation: ProductRelation) -> RelateProducts {
            RelateProducts.with {
                $0.product = Reference(number: shop.pen)
                $0.related = Reference(number: other)
                $0.relation = relation
            }
        }
        #expect(shop.scenario.when(relate(shop.ink, .cross)).kinds == [.productsRelated])
        #expect(shop.scenario.when(relate(shop.ink, .cross)).isUnchanged)
        #expect(shop.scenario.when(relate(shop.ink, .upsell)).kinds == [.productsRelated])
        #expect(shop.scenario.when(relate(shop.pen, .cross)).code == .cycle)
        #expect(shop.scenario.when(relate(shop.customer, .cross)).code == .referenceMissing)
        #expect(shop.scenario.when(relate(shop.ink, .unspecified)).code == .schemaInvalid)
        #expect(shop.scenario.isReproducible)
    }
}
