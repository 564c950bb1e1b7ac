internal import Schema
internal import SwiftProtobuf

// Short forms of events, with what a test does not care about left out.

extension EventPayload.OneOf_Event {
    static func partyRegistered(
        _ kind: PartyKind = .person, _ status: PartyStatus = .prospect, country: String = "", contactPoints: Int = 0,
        externalCount: UInt32 = 0
    ) -> Self {
        .partyRegistered(
            .with {
                $0.kind = kind
                $0.status = status
                $0.detail.country = country
                $0.hasName_p = true
                $0.externalCount = externalCount
                for number in 0..<contactPoints {
                    $0.contactPoints.append(
                        .with {
                            $0.number = UInt32(number + 1)
                            $0.kind = .email
                            $0.normalised = true
                        })
                }
            })
    }

    static func productDefined(
        sku: String = "", name: String = "", category: String = "", cost: DecimalValue? = nil, costCurrency: String = ""
    ) -> Self {
        .productDefined(
            .with {
                $0.sku = sku
                $0.detail.name = name
                $0.detail.category = category
                if let cost { $0.detail.unitCost = cost }
                $0.detail.costCurrency = costCurrency
            })
    }

    static func orderPlaced(
        _ party: StreamNumber, _ lines: [OrderLine] = [], document: String = "", currency: String = "EUR",
        lineCount: Int? = nil, net: Int64? = nil
    ) -> Self {
        .orderPlaced(
            .with {
                $0.partyNumber = party.rawValue
                $0.documentNumber = document
                $0.currency = currency
                $0.lines = lines
                $0.lineCount = UInt32(lineCount ?? lines.count)
                $0.net = net ?? lines.reduce(0) { $0 + $1.net }
            })
    }

    static func orderCorrected(
        _ party: StreamNumber, _ lines: [OrderLine], before: StreamNumber? = nil, currency: String = "EUR",
        placedAt: Instant? = nil
    ) -> Self {
        .orderCorrected(
            .with {
                $0.partyNumber = party.rawValue
                $0.currency = currency
                $0.lines = lines
                $0.lineCount = UInt32(lines.count)
                $0.net = lines.reduce(0) { $0 + $1.net }
                if let before, before != party {
                    $0.partyChanged = true
                    $0.partyNumberBefore = before.rawValue
                }
                if let placedAt { $0.placedAt = placedAt.rawValue }
            })
    }

    static func returnRegistered(
        _ party: StreamNumber, order: StreamNumber = .none, _ lines: [ReturnLine], currency: String = "EUR"
    ) -> Self {
        .returnRegistered(
            .with {
                $0.partyNumber = party.rawValue
                $0.orderNumber = order.rawValue
                $0.currency = currency
                $0.lines = lines
                $0.lineCount = UInt32(lines.count)
                $0.net = lines.reduce(0) { $0 + $1.net }
            })
    }

    static func returnCorrected(
        _ party: StreamNumber, order: StreamNumber = .none, _ lines: [ReturnLine], currency: String = "EUR"
    ) -> Self {
        .returnCorrected(
            .with {
                $0.partyNumber = party.rawValue
                $0.orderNumber = order.rawValue
                $0.currency = currency
                $0.lines = lines
                $0.net = lines.reduce(0) { $0 + $1.net }
            })
    }
}

extension OrderLine {
    static func of(
        _ line: UInt32 = 1, product: StreamNumber = .none, quantity: Int64 = 1, net: Int64, cost: DecimalValue? = nil
    ) -> OrderLine {
        .with {
            $0.line = line
            $0.productNumber = product.rawValue
            $0.quantity = .of(quantity)
            $0.net = net
            if let cost { $0.unitCost = cost }
        }
    }
}

extension ReturnLine {
    static func of(
        _ line: UInt32 = 1, orderLine: UInt32 = 0, product: StreamNumber = .none, quantity: Int64 = 1, net: Int64
    ) -> ReturnLine {
        .with {
            $0.line = line
            $0.orderLine = orderLine
            $0.productNumber = product.rawValue
            $0.quantity = .of(quantity)
            $0.net = net
        }
    }
}

extension DecimalValue {
    /// The decimal unscaled * 10^-scale.
    static func of(_ unscaled: Int64, scale: UInt32 = 0) -> DecimalValue {
        .with {
            $0.unscaled = unscaled
            $0.scale = scale
        }
    }
}

extension ExternalKey {
    static func of(_ system: String, _ key: String) -> ExternalKey {
        .with {
            $0.system = system
            $0.key = key
        }
    }
}

extension PartyNamePersonal {
    static func of(_ display: String) -> PartyNamePersonal { .with { $0.display = display } }
}
