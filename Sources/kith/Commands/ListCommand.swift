internal import ArgumentParser
internal import KithClient
internal import Schema

/// `kith list`: aggregates of one kind.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List records of one kind.",
        discussion: """
            Filters name a field as in the JSON form of the record: --filter currency=GBP --filter 'net>=1000'. \
            Operators: = != >= <= ^= (starts with) ~= (contains).
            """)

    private static let pageMaximum: UInt32 = 1_000

    @OptionGroup var options: GlobalOptions
    @OptionGroup var reader: ReaderOptions

    @Argument(help: "What to list.")
    var kind: KindArgument

    @Option(help: ArgumentHelp("A condition; all of them must hold.", valueName: "field=value"))
    var filter: [FilterArgument] = []

    @Option(help: "By what to sort.")
    var sort = SortArgument.registered

    @Flag(help: "Last first.")
    var descending = false

    @Option(help: ArgumentHelp("How many records at most.", valueName: "n"))
    var limit: UInt32 = 100

    @Flag(help: "All records, however many.")
    var all = false

    @Option(help: ArgumentHelp("Wait until the view reflects this position.", valueName: "position"))
    var atLeast: UInt64 = 0

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be at least 1.") }
    }

    func run() async throws {
        var request = ListRequest()
        request.kind = kind.kind
        request.filters = filter.map(\.filter)
        request.sort = sort.order
        request.descending = descending
        request.atLeast = atLeast
        let times = try reader.times
        try await options.withClient { client in
            var printer = RecordListPrinter(kind: kind.kind, json: options.json, times: times)
            var left = all ? Int.max : Int(limit)
            while left > 0 {
                request.limit = UInt32(min(left, Int(Self.pageMaximum)))
                let page = try await client.list(request).value
                try printer.print(page.records)
                left -= page.records.count
                request.cursor = page.cursor
                if page.cursor.isEmpty { break }
            }
        }
    }
}
