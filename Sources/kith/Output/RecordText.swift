internal import Schema

/// A record for a person, as names and values below each other.
struct RecordText {
    /// How times are written for the reader.
    var times: ZonedTimeText

    func lines(_ record: Record) -> [String] {
        var fields = FieldList()
        fields.add(Labels.of(record.kind), "\(record.id) (#\(record.number), revision \(record.revision))")
        for key in record.external { fields.add("reference", "\(key.system):\(key.key)") }
        addDetails(record, to: &fields)
        for field in record.fields { fields.add(field.value.key, value(field)) }
        fields.add("tags", record.tags.joined(separator: ", "))
        fields.add("tags", older("tags", of: record))
        for note in record.notes {
            fields.add("note", "\(times.minute(note.occurredAt))  \(note.erased ? "(erased)" : note.text)")
        }
        fields.add("note", older("notes", of: record))
        for body in record.bodies { fields.add("body", text(of: body)) }
        fields.add("body", older("bodies", of: record))
        if record.hasOccurredAt { fields.add("since", times.minute(record.occurredAt)) }
        if record.hasChangedAt { fields.add("changed", times.minute(record.changedAt)) }
        if record.importNumber > 0 { fields.add("import", "#\(record.importNumber)") }
        return fields.lines + table(record)
    }

    /// A long text, an e-mail or a file: its name, what it is, and the id by which it is read.
    private func text(of body: BodyRecord) -> String {
        let state = body.redacted ? " (redacted)" : body.erased ? " (erased)" : ""
        let name = body.personal.fileTitle.isEmpty ? "" : "\(body.personal.fileTitle)  "
        return "\(times.minute(body.occurredAt))  \(name)\(body.body.mediaType), \(body.body.size) bytes, "
            + "\(body.body.itemID)\(state)"
    }

    /// That a list of the record leaves entries out; empty where it does not.
    func older(_ list: String, called name: String? = nil, of record: Record) -> String {
        let count = omitted(list, of: record)
        return count > 0 ? "… and \(count) older \(name ?? list)" : ""
    }

    /// How many entries of a list the record leaves out.
    func omitted(_ list: String, of record: Record) -> UInt64 {
        record.omitted.first { $0.list == list }?.count ?? 0
    }

    /// How a principal is recognised.
    func identity(_ principal: PrincipalRecord) -> String {
        switch principal.identity {
        case .uid(let uid): "uid \(uid)"
        case .socket(let name): "socket \(name)"
        case .token(let name): "token \(name)"
        case nil: ""
        }
    }

    // MARK: Fields

    private func addDetails(_ record: Record, to fields: inout FieldList) {
        switch record.details {
        case .party(let party): add(party, of: record, to: &fields)
        case .product(let product): add(product, of: record, to: &fields)
        case .priceBook(let book):
            fields.add("name", book.name)
            fields.add("currency", book.currency)
        case .order(let order): add(order, to: &fields)
        case .goodsReturn(let returned): add(returned, to: &fields)
        case .importJob(let job): add(job, to: &fields)
        case .organisation(let organisation): add(organisation, to: &fields)
        case .principal(let principal):
            fields.add("identity", identity(principal))
            fields.add("label", principal.label)
            for grant in principal.roles { fields.add("role", "\(Labels.of(grant.role)) \(grant.scope)") }
            fields.add("role", older("roles", of: record))
            if principal.onBehalfOfAllowed { fields.add("acts for others", "yes") }
        case .employee(let employee): add(employee, of: record, to: &fields)
        case .team(let team): add(team, to: &fields)
        case .territory(let territory): add(territory, to: &fields)
        case .offer(let offer): add(offer, to: &fields)
        case .coupon(let coupon): add(coupon, to: &fields)
        case .field(let field): add(field, to: &fields)
        case .interaction(let interaction): add(interaction, to: &fields)
        case .exchangeRates(let rates): add(rates, of: record, to: &fields)
        case .pipeline(let pipeline): add(pipeline, to: &fields)
        case .opportunity(let opportunity): add(opportunity, to: &fields)
        case .ticket(let ticket): add(ticket, to: &fields)
        case .serviceDesk(let desk): add(desk, to: &fields)
        case .queue(let queue): add(queue, to: &fields)
        case .calendar(let calendar): add(calendar, to: &fields)
        case .slaPolicy(let policy): add(policy, to: &fields)
        case .loyaltyProgramme(let programme): add(programme, to: &fields)
        case .loyaltyAccount(let account): add(account, of: record, to: &fields)
        case .reward(let reward): add(reward, to: &fields)
        case .redemption(let redemption): add(redemption, to: &fields)
        case .competitor(let competitor): add(competitor, of: record, to: &fields)
        case .market(let market): add(market, of: record, to: &fields)
        case .target(let target): add(target, to: &fields)
        case .training(let training): add(training, to: &fields)
        case .task(let task): add(task, to: &fields)
        case .appointment(let appointment): add(appointment, to: &fields)
        case .promise(let promise): add(promise, of: record, to: &fields)
        case nil: break
        }
    }

    private func add(_ party: PartyRecord, of record: Record, to fields: inout FieldList) {
        fields.add("kind", Labels.of(party.kind))
        fields.add("status", Labels.of(party.status) + (party.archived ? ", archived" : ""))
        fields.add("name", party.erased ? "(erased)" : party.name.display)
        fields.add("tax number", party.name.taxNumber)
        fields.add("invoice title", party.name.invoiceTitle)
        fields.add("country", party.detail.country)
        fields.add("language", party.detail.language)
        fields.add("roles", party.detail.roles.joined(separator: ", "))
        fields.add("owner", owner(party.owner))
        if party.territoryNumber > 0 {
            fields.add("territory", "#\(party.territoryNumber)\(party.territoryPinned ? " (assigned)" : "")")
        }
        for point in party.contactPoints where !point.retired { fields.add(Labels.of(point.kind), contactPoint(point)) }
        fields.add("contact", older("contactPoints", called: "contact points", of: record))
        for need in party.needs { fields.add("need", need.need.text) }
        fields.add("need", older("needs", of: record))
        for preference in party.preferences {
            fields.add("prefers", "\(preference.topic): \(preference.preference.value)")
        }
        fields.add("prefers", older("preferences", of: record))
        if party.hasReview { add(party.review, to: &fields) }
    }

    func contactPoint(_ point: ContactPointRecord) -> String {
        var text = point.personal.value
        if point.kind == .postal { text = address(point.personal.postal) }
        if point.normalised, !point.personal.normalised.isEmpty { text = point.personal.normalised }
        if !point.personal.extension.isEmpty { text += " ext. \(point.personal.extension)" }
        if !point.label.isEmpty { text += " (\(point.label))" }
        return point.verified ? text + " verified" : text
    }

    private func address(_ address: PostalAddress) -> String {
        (address.lines + [address.postalCode, address.locality, address.region, address.country])
            .filter { !$0.isEmpty }.joined(separator: ", ")
    }

    private func add(_ product: ProductRecord, of record: Record, to fields: inout FieldList) {
        fields.add("sku", product.sku)
        fields.add("name", product.detail.name)
        fields.add("category", product.detail.category)
        fields.add("unit", product.detail.unit)
        if product.detail.hasUnitCost {
            fields.add("unit cost", "\(MoneyText.decimal(product.detail.unitCost)) \(product.detail.costCurrency)")
        }
        for variant in product.variants {
            let attributes = variant.attributes.map { "\($0.name)=\($0.value)" }.joined(separator: ", ")
            fields.add("variant", "\(variant.sku) \(attributes)")
        }
        fields.add("variant", older("variants", of: record))
        if product.retired { fields.add("retired", "yes") }
    }

    private func add(_ order: OrderRecord, to fields: inout FieldList) {
        fields.add("status", Labels.of(order.status))
        fields.add("document", order.documentNumber)
        fields.add("customer", order.partyID)
        fields.add("channel", order.channel)
        fields.add("country", order.country)
        if order.hasPlacedAt { fields.add("placed", times.minute(order.placedAt)) }
        fields.add("net", MoneyText.amount(order.net, order.currency))
        if order.hasPersonal { fields.add("delivery", address(order.personal.delivery)) }
        fields.add("remark", order.personal.remark)
    }

    private func add(_ returned: ReturnRecord, to fields: inout FieldList) {
        fields.add("status", Labels.of(returned.status))
        fields.add("document", returned.documentNumber)
        if returned.orderNumber > 0 { fields.add("order", "#\(returned.orderNumber)") }
        fields.add("customer", returned.partyID)
        fields.add("channel", returned.channel)
        fields.add("country", returned.country)
        if returned.hasRegisteredAt { fields.add("registered", times.minute(returned.registeredAt)) }
        fields.add("net", MoneyText.amount(returned.net, returned.currency))
        if returned.hasRefunded {
            fields.add("refunded", MoneyText.amount(returned.refunded.minorUnits, returned.refunded.currency))
        }
    }

    private func add(_ job: ImportRecord, to fields: inout FieldList) {
        fields.add("mapping", job.mapping)
        fields.add("mode", Labels.of(job.mode))
        fields.add("file", Hexadecimal.text(job.fileHash))
        fields.add("committed", job.committed ? "yes" : "no")
        if job.committed { fields.add("rows", "\(job.rowsRead) read, \(job.rowsRejected) rejected") }
    }

    // MARK: Tables

    private func table(_ record: Record) -> [String] {
        var table: Table
        switch record.details {
        case .order(let order) where !order.lines.isEmpty:
            table = Table(Self.lineColumns)
            for line in order.lines {
                table.add(
                    cells(
                        line.line, line.productNumber, line.quantity, line.hasUnitPrice ? line.unitPrice : nil,
                        line.net, order.currency))
            }
        case .goodsReturn(let returned) where !returned.lines.isEmpty:
            table = Table(Self.lineColumns)
            for line in returned.lines {
                table.add(
                    cells(
                        line.line, line.productNumber, line.quantity, line.hasUnitPrice ? line.unitPrice : nil,
                        line.net, returned.currency))
            }
        case .priceBook(let book) where !book.prices.isEmpty:
            table = Table([("product", .right), ("price", .right), ("from", .left), ("to", .left)])
            for price in book.prices {
                table.add([
                    "#\(price.productNumber)", MoneyText.decimal(price.unitPrice), times.minute(price.from),
                    price.hasTo ? times.minute(price.to) : "",
                ])
            }
        case .exchangeRates(let rates): table = self.table(rates)
        case .pipeline(let pipeline): table = self.table(pipeline)
        case .opportunity(let opportunity): return tables(opportunity, of: record)
        case .ticket(let ticket) where !ticket.messages.isEmpty: table = self.table(ticket)
        default: return []
        }
        let older = [older("lines", of: record), older("prices", of: record), older("messages", of: record)].filter {
            !$0.isEmpty
        }
        return [""] + table.lines + older
    }

    private static let lineColumns: [(title: String, alignment: Table.Alignment)] = [
        ("line", .right), ("product", .right), ("quantity", .right), ("unit price", .right), ("net", .right),
    ]

    private func cells(
        _ line: UInt32, _ product: UInt64, _ quantity: DecimalValue, _ unitPrice: DecimalValue?, _ net: Int64,
        _ currency: String
    ) -> [String] {
        [
            String(line), product > 0 ? "#\(product)" : "", MoneyText.decimal(quantity),
            unitPrice.map { MoneyText.decimal($0) } ?? "", MoneyText.amount(net, currency),
        ]
    }
}
