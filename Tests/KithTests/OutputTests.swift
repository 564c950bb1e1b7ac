internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import kith

@Suite struct OutputTests {
    private let records = RecordText(times: ZonedTimeText(clock: .utc))
    private let customers = CustomerText(times: ZonedTimeText(clock: .utc))

    @Test(arguments: [
        ("abc", 3), ("李小龙", 6), ("ｱｲｳ", 3), ("ＡＢ", 4), ("é", 1), ("e\u{301}", 1), ("👩‍👩‍👧", 2), ("❤️", 2), ("한글", 4),
        ("अनन्या", 3), ("", 0), ("a\u{200D}", 1), ("🇨🇳", 2),
    ])
    func `columns that a text takes`(text: String, width: Int) {
        // Flags are two regional indicators, each narrow: terminals differ, and one column is lost at most.
        let measured = DisplayWidth.of(text)
        #expect(text == "🇨🇳" ? (1...2).contains(measured) : measured == width)
    }

    @Test func `tables align wide characters and leave no blanks at the ends`() {
        var table = Table([("name", .left), ("n", .right), ("note", .left)])
        table.add(["李小龙", "7", ""])
        table.add(["Ana", "12", "x"])
        #expect(table.lines == ["name     n  note", "李小龙   7", "Ana     12  x"])
    }

    @Test func `nothing in a cell can move the cursor`() {
        #expect(Table.printable("a\u{1B}[2Jb\nc\u{202E}d") == "a\u{FFFD}[2Jb\u{FFFD}cd")
    }

    @Test(arguments: [
        (Int64(-6_927_010), "GBP", "-69270.10 GBP"), (5, "USD", "0.05 USD"), (1_500, "JPY", "1500 JPY"),
        (1_234, "KWD", "1.234 KWD"), (0, "EUR", "0.00 EUR"), (.min, "EUR", "-92233720368547758.08 EUR"),
    ])
    func `amounts have the decimals of their currency`(minorUnits: Int64, currency: String, text: String) {
        #expect(MoneyText.amount(minorUnits, currency) == text)
    }

    @Test func `numbers of the registry have names`() {
        #expect(Labels.of(EventKind.orderPlaced) == "OrderPlaced")
        #expect(Labels.of(PartyStatus.customer) == "customer")
        #expect(Labels.of(Role.serviceAgent) == "service-agent")
        #expect(Labels.of(AggregateKind.priceBook) == "price-book")
        #expect(Labels.of(PartyKind.unspecified) == "")
        #expect(Labels.of(EventKind(rawValue: 9_999) ?? .unspecified) == "9999")
        #expect(ErrorCode.commandIDReused.label == "COMMAND_ID_REUSED")
        #expect(ErrorCode.futureOccurredAt.label == "FUTURE_OCCURRED_AT")
    }

    @Test func `what a record leaves out is said`() {
        var record = Record()
        record.kind = .party
        record.party.kind = .person
        record.notes = [.with { $0.text = "newest" }]
        #expect(!records.lines(record).contains { $0.contains("…") })
        record.omitted = [
            .with {
                $0.list = "contactPoints"
                $0.count = 2
            },
            .with {
                $0.list = "notes"
                $0.count = 4_800
            },
        ]
        let lines = records.lines(record)
        #expect(lines.contains { $0.hasPrefix("note ") && $0.hasSuffix("… and 4800 older notes") })
        #expect(lines.contains { $0.hasSuffix("… and 2 older contact points") })

        var book = Record()
        book.kind = .priceBook
        book.priceBook.prices = [PriceRecord()]
        book.omitted = [
            .with {
                $0.list = "prices"
                $0.count = 7
            }
        ]
        #expect(records.lines(book).last == "… and 7 older prices")
    }

    @Test func `times of records are on the reader's clock`() throws {
        let text = RecordText(times: ZonedTimeText(clock: try #require(ZoneClock(name: "Asia/Kathmandu"))))
        var order = Record()
        order.kind = .order
        order.order.placedAt.seconds = 1_489_195_579
        order.notes = [
            .with {
                $0.text = "late"; $0.occurredAt.seconds = 1_489_195_579
            }
        ]
        let lines = text.lines(order)
        #expect(lines.contains { $0.hasPrefix("placed ") && $0.hasSuffix("2017-03-11 07:11 +05:45") })
        #expect(lines.contains { $0.hasPrefix("note ") && $0.hasSuffix("2017-03-11 07:11 +05:45  late") })
    }

    @Test func `an event says when it was recorded to the microsecond, and when it occurred`() throws {
        let text = HistoryText(times: ZonedTimeText(clock: try #require(ZoneClock(name: "America/St_Johns"))))
        let event = Event.with {
            $0.position = 7
            $0.recordedAt = .init(seconds: 1_489_195_579, nanos: 250_000_000)
            $0.occurredAt.seconds = 1_489_109_179
        }
        #expect(
            text.line(event).hasPrefix("        7  2017-03-10 21:56:19.250000 -03:30  2017-03-09 21:56 -03:30  "))
    }

    @Test func `an interaction and its text for a person`() {
        var record = Record()
        record.kind = .interaction
        record.interaction.channel = "phone"
        record.interaction.direction = .inbound
        record.interaction.durationSeconds = 3_725
        record.interaction.parties = [
            .with {
                $0.partyNumber = 4; $0.role = .participant
            }
        ]
        record.interaction.links = [
            .with {
                $0.kind = .order; $0.number = 9
            }
        ]
        record.interaction.content.subjectLine = "Broken"
        var lines = records.lines(record)
        #expect(lines.contains { $0.hasPrefix("took ") && $0.hasSuffix("1 h 02 min 05 s") })
        #expect(lines.contains { $0.hasPrefix("party ") && $0.hasSuffix("#4 participant") })
        #expect(lines.contains { $0.hasPrefix("about ") && $0.hasSuffix("order #9") })
        #expect(lines.contains { $0.hasPrefix("subject ") && $0.hasSuffix("Broken") })
        record.interaction.clearContent()
        record.interaction.redacted = true
        lines = records.lines(record)
        #expect(lines.contains { $0.hasPrefix("text ") && $0.hasSuffix("(redacted)") })
    }

    @Test func `the organisation's calendar, channels and closed days, and rates, for a person`() {
        var record = Record()
        record.kind = .organisation
        record.organisation.zone = "Asia/Shanghai"
        record.organisation.fiscalCalendar = .with {
            $0.firstMonth = 4; $0.firstDay = 6; $0.namedByEnd = true
        }
        record.organisation.channels = [
            .with {
                $0.code = "kiosk"; $0.label = "Kiosk"
            }
        ]
        record.organisation.closedPeriods = [
            .with {
                $0.through = "2020-01-31"; $0.closedByNumber = 3
            }
        ]
        var lines = records.lines(record)
        #expect(lines.contains { $0.hasSuffix("begins on 04-06, named by the year in which it ends") })
        #expect(lines.contains { $0.hasPrefix("channel ") && $0.hasSuffix("kiosk (Kiosk)") })
        #expect(lines.contains { $0.contains("everything to 2020-01-31, by #3 at 1970-01-01 00:00 +00:00") })

        record = Record()
        record.kind = .exchangeRates
        record.exchangeRates.from = "USD"
        record.exchangeRates.to = "CNY"
        record.exchangeRates.rates = [
            .with {
                $0.date = "2024-02-01"; $0.rate.unscaled = 713; $0.rate.scale = 2; $0.rateSource = "ECB"
            }
        ]
        lines = records.lines(record)
        #expect(lines.suffix(2) == ["from day    1 USD in CNY  published by", "2024-02-01          7.13  ECB"])
    }

    @Test func `ages say what they are counted to, and a cut timeline how to go on`() {
        var customer = Customer()
        customer.purchases = [
            .with {
                $0.currency = "EUR"
                $0.lastOrder.seconds = 86_400
                $0.daysSinceLastOrder = 9
            }
        ]
        customer.timeline = [.with { $0.position = 91 }, .with { $0.position = 77 }]
        let now = customers.lines(customer)
        #expect(now.contains { $0.hasSuffix("9 days ago") } && !now.contains { $0.contains("as of") })
        #expect(!now.contains { $0.contains("--timeline-before") })
        customer.timelineCut = true
        let then = customers.lines(customer, agesAt: .init(seconds: 864_000))
        #expect(then.contains { $0.hasSuffix("9 days before 1970-01-11 00:00 +00:00") })
        #expect(then.contains { $0.hasPrefix("ages as of") && $0.hasSuffix("everything else as it is known now") })
        #expect(then.last == "… there are older events: repeat the command with --timeline-before 77")
    }

    @Test func `a customer's contacts, opportunities and points are shown`() {
        let customer = Customer.with {
            $0.interactions = .with {
                ($0.interactions, $0.last30Days, $0.last90Days, $0.last365Days) = (12, 1, 4, 9)
                ($0.preferredChannel, $0.preferredHour) = ("phone", 9)
            }
            $0.opportunities = (1...12).map { number in
                .with { ($0.number, $0.status, $0.owner.employeeNumber) = (number, .won, 90) }
            }
            $0.loyalty = [
                .with {
                    ($0.programmeLabel, $0.status, $0.tier, $0.tierLabel) = ("Club", .open, "gold", "Gold")
                    ($0.balance.active, $0.balance.locked, $0.expiring30Days) = (250, 40, 15)
                }
            ]
        }
        let entry = NameBook.Entry(kind: .employee, number: 90)
        #expect(CustomerText.entries(of: customer).contains(entry))
        let lines = CustomerText(times: ZonedTimeText(clock: .utc), names: NameBook([entry: "Ana Nowak"])).lines(
            customer)
        #expect(lines.contains("contacts       12, of them 1 in 30 days, 4 in 90, 9 in 365"))
        #expect(lines.contains("usual channel  phone, in the hour from 9:00"))
        #expect(lines.filter { $0.contains("Ana Nowak") }.count == CustomerText.opportunitiesShown)
        #expect(lines.contains { $0.hasPrefix("… and 2 more") })
        #expect(lines.contains("points     250 points to spend, 40 locked"))
        #expect(lines.contains("tier       Gold") && lines.contains { $0.hasPrefix("ending     15 in 30 days") })
        // Nothing is said of what there is not.
        #expect(!customers.lines(Customer()).contains { $0.hasPrefix("contacts") || $0.hasPrefix("member of") })
    }

    @Test func `columns of nothing but zeros give way in a narrow terminal, others never`() {
        var table = Table(
            [("name", .left), ("won", .right), ("lost", .right), ("omitted", .right)], dispensable: [1, 2, 3])
        table.add(["Ana", "100.00", "0.00", "0"])
        table.add(["Mei-Mei", "20.50", "0.00", ""])
        #expect(table.lines[0] == "name        won  lost  omitted")
        #expect(table.lines(in: TextLayout(width: 30)) == table.lines)
        #expect(
            table.lines(in: TextLayout(width: 24)) == [
                "name        won  lost", "Ana      100.00  0.00", "Mei-Mei   20.50  0.00",
            ])
        #expect(table.lines(in: TextLayout(width: 12))[1] == "Ana      100.00")
    }

    @Test func `progress is a bar with a share`() {
        #expect(
            ProgressBar.text("importing", done: 1, total: 4, note: "5 rows")
                == "importing  [#######.......................] 25 %  5 rows")
        #expect(ProgressBar.text("reading", done: 7, total: nil, note: "") == "reading  7")
    }
}
