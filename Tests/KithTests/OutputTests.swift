internal import Schema
internal import Testing

@testable import kith

@Suite struct OutputTests {
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

    @Test func `progress is a bar with a share`() {
        #expect(
            ProgressBar.text("importing", done: 1, total: 4, note: "5 rows")
                == "importing  [#######.......................] 25 %  5 rows")
        #expect(ProgressBar.text("reading", done: 7, total: nil, note: "") == "reading  7")
    }
}
