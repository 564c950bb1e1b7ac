import KithClient
import SwiftProtobuf
import Testing

extension KithClient {
    /// Every record of a kind, in the order of registration, as of the position or later.
    func all(_ kind: AggregateKind, atLeast position: UInt64 = 0) async throws -> [Record] {
        var request = ListRequest()
        request.kind = kind
        request.sort = .registered
        request.limit = 1_000
        request.atLeast = position
        var records: [Record] = []
        for try await page in listPages(request) { records += page.value.records }
        return records
    }

    /// The customer view of each of these references, in their order; several are asked for at a time.
    func customers(
        _ references: [Reference], asOf: Google_Protobuf_Timestamp, timeline: UInt32 = 0, atLeast position: UInt64 = 0
    ) async throws -> [Customer] {
        let workers = 8
        return try await withThrowingTaskGroup(of: [(Int, Customer)].self) { group in
            for worker in 0..<workers {
                group.addTask {
                    var found: [(Int, Customer)] = []
                    for index in stride(from: worker, to: references.count, by: workers) {
                        var request = CustomerRequest()
                        request.party = references[index]
                        request.asOf = asOf
                        request.timelineLimit = timeline
                        request.atLeast = position
                        found.append((index, try await self.customer(request).value))
                    }
                    return found
                }
            }
            var all: [(Int, Customer)] = []
            for try await found in group { all += found }
            return all.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// Every event of a request, in its order.
    func events(_ request: HistoryRequest) async throws -> [Event] {
        var events: [Event] = []
        for try await page in history(request) { events += page.value.events }
        return events
    }
}

extension Reference {
    init(system: String, key: String) {
        self.init()
        external.system = system
        external.key = key
    }

    init(id: String) {
        self.init()
        self.id = id
    }
}

extension Google_Protobuf_Timestamp {
    /// A day of the Gregorian calendar, and a time of it, in UTC.
    init(year: Int, month: Int, day: Int, secondOfDay: Int = 0) {
        // Days since 1970-01-01 of a calendar whose years begin in March.
        let (shifted, months) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
        let days = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + (months * 153 + 2) / 5 + day - 719_469
        self.init(seconds: Int64(days * 86_400 + secondOfDay), nanos: 0)
    }
}

/// An amount of the expected results in hundredths: "-34.0" is -3400.
func hundredths(_ text: some StringProtocol) throws -> Int64 {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let fraction = parts.count > 1 ? String(parts[1]) : ""
    try #require(parts.count <= 2 && fraction.count <= 2, "\(text) is no amount")
    let digits = parts[0] + fraction + String(repeating: "0", count: 2 - fraction.count)
    return try #require(Int64(digits), "\(text) is no amount")
}
