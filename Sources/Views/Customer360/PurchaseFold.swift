internal import Schema
internal import SwiftProtobuf

/// Adds up the documents of one party, which come in the order of their keys: orders by time, then returns.
struct PurchaseFold {
    private var figures: [String: PurchaseFigures] = [:]
    private var costs = LineCosts()

    /// Adds a document, where it counts: orders that are confirmed or later and not cancelled, and every return.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    mutating func add(
        _ key: DocumentKey, _ row: DocumentRow, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) {
        switch key.kind {
        case .order:
            guard row.status == .confirmed || row.status == .completed else { return }
            var figures = figures[row.currency] ?? PurchaseFigures()
            figures.addOrder(at: key.at, net: row.net)
            let lines = try LineCosts.lines(of: key.number, in: reader)
            for line in lines {
                let category = try costs.product(line.productNumber, in: reader)?.category ?? ""
                figures.addLine(net: line.net, category: category)
                figures.addCost(try costs.cost(of: line, currency: row.currency, in: reader))
            }
            self.figures[row.currency] = figures
        case .goodsReturn:
            var figures = figures[row.currency] ?? PurchaseFigures()
            figures.addReturn(net: row.net)
            // The lines of a return tell nothing but what came back, and only the margin asks for that.
            if figures.cost != nil {
                for line in try LineCosts.lines(of: key.number, in: reader) {
                    let cost = try costs.returnedCost(
                        of: line, order: StreamNumber(row.orderNumber), currency: row.currency, in: reader)
                    figures.addCost(cost.map { -$0 })
                }
            }
            self.figures[row.currency] = figures
        }
    }

    /// One block per currency, in the order of the currency codes.
    func histories(asOf: Instant) -> [PurchaseHistory] {
        figures.sorted { $0.key.isBefore($1.key) }.map { $0.value.history(currency: $0.key, asOf: asOf) }
    }
}

/// Finds out what lines cost. A line's own cost comes first; where it says none, the product's present one in the same
/// currency stands in; else the cost is unknown.
struct LineCosts {
    private var products: [UInt64: ProductFiguresRow] = [:]
    /// The order whose lines were looked up last: the lines of a return follow each other.
    private var order = StreamNumber.none
    private var orderLines: [UInt32: DocumentLineRow] = [:]

    /// The lines of an order or a return.
    static func lines(
        of document: StreamNumber, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> [DocumentLineRow] {
        var lines: [DocumentLineRow] = []
        try reader.scan(Customer360.lines, prefix: .key(document.rawValue)) { (_, bytes) throws(ViewError) in
            lines.append(contentsOf: try decodedRow(DocumentLinesRow.self, bytes).lines)
            return .next
        }
        return lines
    }

    /// What is known of a product, or nil.
    mutating func product(
        _ number: UInt64, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> ProductFiguresRow? {
        if number == 0 { return nil }
        if let known = products[number] { return known }
        let row = try reader.row(ProductFiguresRow.self, Customer360.products, .key(number))
        products[number] = row
        return row
    }

    /// What was sold with an order's line cost, in minor units; nil where it is not known.
    mutating func cost(
        of line: DocumentLineRow, currency: String, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> Int128? {
        try cost(of: line, quantityOf: line, currency: currency, in: reader)
    }

    /// What came back with a return's line had cost, in minor units; nil where it is not known.
    mutating func returnedCost(
        of line: DocumentLineRow, order number: StreamNumber, currency: String,
        in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> Int128? {
        if number != .none, line.orderLine > 0 {
            if number != order {
                order = number
                orderLines = [:]
                for line in try LineCosts.lines(of: number, in: reader) { orderLines[line.line] = line }
            }
            if let sold = orderLines[line.orderLine] {
                return try cost(of: sold, quantityOf: line, currency: currency, in: reader)
            }
        }
        return try cost(of: line, quantityOf: line, currency: currency, in: reader)
    }

    private mutating func cost(
        of line: DocumentLineRow, quantityOf counted: DocumentLineRow, currency: String,
        in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> Int128? {
        let unitCost: (unscaled: Int64, scale: UInt32)
        if line.hasUnitCost {
            unitCost = (line.unitCost, line.costScale)
        } else if let product = try product(line.productNumber, in: reader), product.hasUnitCost,
            product.costCurrency.isIdentical(to: currency)
        {
            unitCost = (product.unitCost, product.costScale)
        } else {
            return nil
        }
        return Decimals.amount(
            unscaled: unitCost.unscaled, scale: unitCost.scale, quantity: counted.quantity,
            quantityScale: counted.quantityScale, digits: CurrencyCode.shownDigits(currency))
    }
}
