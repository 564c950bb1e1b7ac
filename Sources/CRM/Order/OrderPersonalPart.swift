internal import Schema
internal import SwiftProtobuf

/// What became of the personal data of an order while it was prepared.
package struct OrderPersonalPart: Sendable, Hashable {
    /// Index of the sealed part; nil where nothing personal was sent, or nothing else than is recorded.
    var index: Int?
    /// About how many bytes the part takes of its record.
    var length = 0

    /// Nothing is sealed.
    static let none = OrderPersonalPart()
}

extension PlaceOrder {
    /// Whether a delivery address or a remark was sent.
    var sendsPersonal: Bool {
        hasPersonal && (personal.hasDelivery || !personal.remark.isEmpty)
    }

    /// Checks the form of the personal part.
    ///
    /// - Throws: SCHEMA_INVALID where there is no party whose key could seal it, LIMIT_EXCEEDED.
    func checkPersonal(prefix: String) throws(Refusal) {
        guard sendsPersonal else { return }
        guard hasParty else {
            throw Refusal(
                .schemaInvalid, "Delivery and remark need a party. Name the customer or leave them out.",
                field: prefix + "personal")
        }
        let path = prefix + "personal."
        try TradeForm.checkText(personal.remark, "remark", maximum: TradeLimits.remarkBytes, path)
        let address = personal.delivery
        try FormCheck.count(address.lines.count, path + "delivery.lines", maximum: Limits.postalLines)
        let texts =
            address.lines + [
                address.locality, address.region, address.postalCode, address.country, address.districtCode,
            ]
        guard texts.reduce(0, { $0 + $1.utf8.count }) <= TradeLimits.addressBytes else {
            throw Refusal(
                .limitExceeded, "The delivery address has more than \(TradeLimits.addressBytes) bytes. Shorten it.",
                field: path + "delivery")
        }
    }

    /// Takes out the personal part of a new order.
    mutating func takePersonal(_ preparation: inout Preparation) -> OrderPersonalPart {
        defer { clearPersonal() }
        guard sendsPersonal else { return .none }
        return seal(personal, corrected: false, &preparation)
    }

    /// Takes out the personal part of an order that may be recorded. It is sealed anew where it says something
    /// else than the recorded part, or belongs to another customer.
    ///
    /// - Throws: ERASED where the recorded part cannot be opened any more.
    mutating func takePersonal(
        comparedWith order: StreamNumber?, _ preparation: inout Preparation
    ) throws(Refusal) -> OrderPersonalPart {
        defer { clearPersonal() }
        guard sendsPersonal else { return .none }
        guard let order, let state = try preparation.reader.state(OrderAggregate.self, of: order) else {
            return seal(personal, corrected: false, &preparation)
        }
        if state.hasPersonal, try preparation.reader.resolve(party, .party) == state.party,
            try preparation.reader.open(state.personal).orderPersonal?.isIdentical(to: personal) ?? false
        {
            return .none
        }
        return seal(personal, corrected: true, &preparation)
    }

    private func seal(
        _ personal: OrderPersonal, corrected: Bool, _ preparation: inout Preparation
    ) -> OrderPersonalPart {
        let part = OrderPlacedPersonal.with { $0.personal = personal }
        let index = preparation.seal(
            PersonalData(corrected ? .orderCorrected(part) : .orderPlaced(part)), for: .reference(party))
        // 40 bytes of nonce, tag and framing; most of an address and a remark is text.
        let texts = personal.delivery.lines.reduce(personal.remark.utf8.count) { $0 + $1.utf8.count }
        return OrderPersonalPart(index: index, length: texts + 160)
    }
}

extension PersonalData {
    /// What an order says about a person, where this is a part of an order.
    fileprivate var orderPersonal: OrderPersonal? {
        switch data {
        case .orderPlaced(let part)?, .orderCorrected(let part)?: part.personal
        default: nil
        }
    }
}
