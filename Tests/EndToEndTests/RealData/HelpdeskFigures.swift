import KithClient
import Schema
import Testing

/// The figures of the help desk as the service answers them, compared with the expected ones.
struct HelpdeskFigures {
    private let figures: ServiceFiguresResponse
    private let expected: RealData.HelpdeskTests.Expected

    /// Asks for everything, by month.
    init(of daemon: Daemon) async throws {
        expected = try TicketFiles.expected(RealData.HelpdeskTests.Expected.self, "tickets_helpdesk.json")
        let position = try await daemon.durablePosition()
        var request = ServiceFiguresRequest()
        request.from = "2010-01-01"
        request.to = "2014-12-31"
        request.dimensions = [.month]
        request.atLeast = position
        let answer = try await daemon.withClient { [request] in try await $0.answer(.serviceFigures(request)).value }
        guard case .serviceFigures(let figures) = answer else { throw UnexpectedAnswer() }
        self.figures = figures
    }

    private struct UnexpectedAnswer: Error {}

    /// Compares what the service reckons and the others do as well.
    func expectAll() {
        let total = figures.total
        #expect(figures.zone == "UTC")
        expect(total.firstResolution, expected.resolution)
        expect(total.firstResolutionBusiness, expected.businessResolution)
        // A response that came after a reopening is one of its own for the service, and the first for the others.
        #expect(total.firstResponse.n + total.reopenedResponse.n >= UInt64(expected.response.n))
        #expect(total.firstResponse.n <= UInt64(expected.response.n))
        #expect(total.flow.opened == UInt64(expected.cases))
        #expect(total.flow.reopenedAfterResolved == UInt64(expected.reopens.afterResolved))
        #expect(total.flow.reopenedAfterClosed == UInt64(expected.reopens.afterClosed))
        let opened = figures.groups.filter { $0.figures.flow.opened > 0 }
            .map { ($0.key, Int($0.figures.flow.opened)) }
        #expect(Dictionary(uniqueKeysWithValues: opened) == expected.createdByMonth)
    }

    private func expect(_ shown: DurationFigures, _ expected: Spread) {
        #expect(shown.n == UInt64(expected.n))
        let pairs = [
            (shown.mean, expected.mean), (shown.median, expected.median), (shown.p90, expected.p90),
            (shown.max, expected.max),
        ]
        for (shown, expected) in pairs { #expect(abs(shown - expected * 60) < 1e-4, "\(shown) \(expected * 60)") }
    }
}
