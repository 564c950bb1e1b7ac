internal import Schema

/// Prints records of one kind: as JSON one per line, else as a table per page.
struct RecordListPrinter {
    private let kind: AggregateKind
    private let json: Bool
    private let text: RecordText

    init(kind: AggregateKind, json: Bool, times: ZonedTimeText) {
        self.kind = kind
        self.json = json
        text = RecordText(times: times)
    }

    mutating func print(_ records: [Record]) throws(Failure) {
        if json {
            for record in records { try JSONOutput.print(record) }
        } else if !records.isEmpty {
            var table = Table(Self.columns(kind))
            for record in records { table.add(cells(record)) }
            for line in table.lines { try Console.standard.line(line) }
        }
    }

    private static func columns(_ kind: AggregateKind) -> [(title: String, alignment: Table.Alignment)] {
        let own: [(title: String, alignment: Table.Alignment)] =
            switch kind {
            case .party: [("kind", .left), ("status", .left), ("name", .left), ("country", .left)]
            case .product: [("sku", .left), ("name", .left), ("category", .left), ("retired", .left)]
            case .priceBook: [("name", .left), ("currency", .left), ("prices", .right)]
            case .order, .return:
                [
                    ("document", .left), ("status", .left), ("time", .left), ("country", .left), ("lines", .right),
                    ("net", .right),
                ]
            case .import:
                [("mapping", .left), ("mode", .left), ("committed", .left), ("rows", .right), ("rejected", .right)]
            case .organisation: [("name", .left), ("zone", .left), ("currency", .left)]
            case .pipeline: [("name", .left), ("version", .right), ("stages", .left), ("default", .left)]
            case .opportunity:
                [
                    ("status", .left), ("stage", .left), ("name", .left), ("amount", .right), ("probability", .right),
                    ("close date", .left),
                ]
            case .field:
                [
                    ("kind", .left), ("key", .left), ("type", .left), ("required", .left), ("personal", .left),
                    ("retired", .left),
                ]
            case .principal: [("identity", .left), ("label", .left), ("roles", .left)]
            case .loyaltyProgramme: [("label", .left), ("for", .left), ("status", .left), ("version", .right)]
            case .loyaltyAccount:
                [("member", .left), ("status", .left), ("tier", .left), ("active", .right), ("locked", .right)]
            case .reward: [("label", .left), ("points", .right), ("tier", .left), ("retired", .left)]
            case .redemption:
                [("member", .left), ("status", .left), ("reward", .left), ("quantity", .right), ("points", .right)]
            case .competitor: [("name", .left), ("country", .left), ("moves", .right), ("retired", .left)]
            case .market: [("name", .left), ("sizes", .right), ("retired", .left)]
            case .target:
                [
                    ("metric", .left), ("period", .left), ("owner", .left), ("value", .right), ("withdrawn", .left),
                ]
            case .training:
                [
                    ("employee", .left), ("course", .left), ("days", .left), ("result", .left),
                    ("valid until", .left), ("withdrawn", .left),
                ]
            case .employee: [("name", .left), ("active", .left), ("roles", .left)]
            case .team: [("name", .left), ("part of", .left), ("retired", .left)]
            case .territory: [("name", .left), ("part of", .left), ("owner", .left), ("rules", .right)]
            case .offer:
                [("name", .left), ("status", .left), ("benefit", .left), ("issued", .right), ("redeemed", .right)]
            case .interaction:
                [
                    ("start", .left), ("channel", .left), ("direction", .left), ("purpose", .left), ("parties", .left),
                    ("subject", .left),
                ]
            case .exchangeRates: [("from", .left), ("to", .left), ("rates", .right), ("last day", .left)]
            case .ticket:
                [
                    ("ticket", .right), ("status", .left), ("priority", .left), ("subject", .left), ("queue", .right),
                    ("assignee", .right), ("opened", .left),
                ]
            case .serviceDesk: [("version", .right)]
            case .queue:
                [("label", .left), ("routing", .left), ("agents", .right), ("default", .left), ("retired", .left)]
            case .calendar: [("label", .left), ("zone", .left), ("default", .left), ("retired", .left)]
            case .slaPolicy: [("order", .right), ("label", .left), ("version", .right), ("in force", .right)]
            case .coupon: [("offer", .left), ("status", .left), ("code", .left), ("benefit", .left)]
            default: RecordText.workColumns(kind)
            }
        return [("number", .right), ("reference", .left)] + own
    }

    private func cells(_ record: Record) -> [String] {
        let reference = record.external.first.map { "\($0.system):\($0.key)" } ?? record.id
        return ["#\(record.number)", reference] + details(record)
    }

    private func details(_ record: Record) -> [String] {
        switch record.details {
        case .party(let party):
            let name = party.erased ? "(erased)" : party.name.display
            return [Labels.of(party.kind), Labels.of(party.status), name, party.detail.country]
        case .product(let product):
            return [product.sku, product.detail.name, product.detail.category, product.retired ? "yes" : ""]
        case .priceBook(let book): return [book.name, book.currency, count(book.prices.count, "prices", record)]
        case .order(let order):
            return [
                order.documentNumber, Labels.of(order.status),
                time(order.hasPlacedAt, text.times.minute(order.placedAt)),
                order.country, count(order.lines.count, "lines", record), MoneyText.amount(order.net, order.currency),
            ]
        case .goodsReturn(let returned):
            return [
                returned.documentNumber, Labels.of(returned.status),
                time(returned.hasRegisteredAt, text.times.minute(returned.registeredAt)), returned.country,
                count(returned.lines.count, "lines", record), MoneyText.amount(returned.net, returned.currency),
            ]
        case .importJob(let job):
            return [
                job.mapping, Labels.of(job.mode), job.committed ? "yes" : "no", String(job.rowsRead),
                String(job.rowsRejected),
            ]
        case .organisation(let organisation): return [organisation.name, organisation.zone, organisation.currency]
        case .principal(let principal):
            let roles = principal.roles.map { Labels.of($0.role) }.joined(separator: ", ")
            return [text.identity(principal), principal.label, roles]
        case .employee(let employee):
            let name = employee.erased ? "(erased)" : employee.name.display
            return [name, employee.active ? "yes" : "no", employee.roles.joined(separator: ", ")]
        case .team(let team): return [team.name, part(of: team.parentNumber), team.retired ? "yes" : ""]
        case .territory(let territory):
            return [
                territory.name, part(of: territory.parentNumber), text.owner(territory.owner),
                String(territory.rules.count),
            ]
        case .offer(let offer):
            return [
                offer.name, Labels.of(offer.status), text.benefit(offer.benefit), String(offer.issued),
                String(offer.redeemed),
            ]
        case .coupon(let coupon):
            let code = coupon.erased ? "(erased)" : coupon.personal.code
            return [
                "#\(coupon.offerNumber)", Labels.of(coupon.status), code, text.benefit(coupon.benefit),
            ]
        case .field(let field):
            let definition = field.definition
            return [
                Labels.of(definition.kind), definition.key, Labels.of(definition.type),
                definition.required ? "yes" : "", definition.personal ? "yes" : "", field.retired ? "yes" : "",
            ]
        case .interaction(let interaction):
            return [
                time(interaction.hasStart, text.times.minute(interaction.start)), interaction.channel,
                Labels.of(interaction.direction), Labels.of(interaction.purpose),
                interaction.parties.map { "#\($0.partyNumber)" }.joined(separator: ", "),
                text.subject(interaction),
            ]
        case .exchangeRates(let rates):
            let last = rates.rates.last?.date ?? ""
            return [rates.from, rates.to, count(rates.rates.count, "rates", record), last]
        case .pipeline(let pipeline): return text.cells(pipeline)
        case .opportunity(let opportunity): return text.cells(opportunity)
        case .loyaltyProgramme(let programme):
            return [
                programme.label, Labels.of(programme.audience), Labels.of(programme.status), String(programme.version),
            ]
        case .loyaltyAccount(let account):
            return [
                account.partyID + account.employeeID, Labels.of(account.status), account.tier,
                String(account.balance.active), String(account.balance.locked),
            ]
        case .reward(let reward):
            return [reward.detail.label, String(reward.detail.points), reward.detail.tier, reward.retired ? "yes" : ""]
        case .redemption(let redemption):
            return [
                redemption.partyID, Labels.of(redemption.status), "#\(redemption.rewardNumber)",
                String(redemption.quantity), String(redemption.points),
            ]
        case .competitor(let competitor):
            let moves = count(competitor.moves.count, "moves", record)
            return [competitor.detail.name, competitor.detail.country, moves, competitor.retired ? "yes" : ""]
        case .market(let market):
            return [market.detail.name, count(market.sizes.count, "sizes", record), market.retired ? "yes" : ""]
        case .target(let target):
            return [
                Labels.of(target.metric), PeriodText.text(target.period), TargetText.owner(target.owner),
                TargetText.value(target.value), target.withdrawn ? "yes" : "",
            ]
        case .training(let training):
            return [
                "#\(training.employeeNumber)", training.detail.course, PeriodText.text(training.detail.days),
                Labels.of(training.detail.result), training.detail.validUntil, training.withdrawn ? "yes" : "",
            ]
        case .task(let task): return text.cells(task)
        case .appointment(let appointment): return text.cells(appointment)
        case .promise(let promise): return text.cells(promise)
        case .ticket(let ticket): return text.cells(ticket)
        case .serviceDesk(let desk): return [String(desk.version)]
        case .queue(let queue): return text.cells(queue)
        case .calendar(let calendar):
            return [
                calendar.content.label, calendar.content.zone, calendar.isDefault ? "yes" : "",
                calendar.retired ? "yes" : "",
            ]
        case .slaPolicy(let policy):
            return [
                String(policy.content.order), policy.content.label, String(policy.version),
                policy.activeVersion > 0 ? String(policy.activeVersion) : "",
            ]
        case nil: return []
        }
    }

    private func part(of parent: UInt64) -> String { parent == 0 ? "" : "#\(parent)" }

    /// How many entries a list has, those that the record leaves out among them.
    private func count(_ shown: Int, _ list: String, _ record: Record) -> String {
        String(UInt64(shown) + text.omitted(list, of: record))
    }

    private func time(_ known: Bool, _ text: String) -> String { known ? text : "" }
}
