internal import ArgumentParser
internal import Foundation
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import kith

/// The journal of refusals as a person sees it.
@Suite struct RefusalTextTests {
    private static let text = RefusalText(
        times: ZonedTimeText(clock: .utc),
        names: NameBook([NameBook.Entry(kind: .principal, number: 3): "webshop"]))

    private static let page = RefusalsResponse.with {
        $0.refusals = [
            .with {
                $0.number = 12
                $0.refusedAt = Google_Protobuf_Timestamp(seconds: 20_000 * 86_400, nanos: 5_000)
                $0.code = .forbidden
                $0.query = "history"
                $0.uid = 1_000
            },
            .with {
                $0.number = 11
                $0.refusedAt = Google_Protobuf_Timestamp(seconds: 20_000 * 86_400)
                $0.code = .revisionConflict
                $0.command = "cancelOrder"
                $0.field = "expected_revision"
                $0.bodies = 3
                $0.body = 1
                $0.principalNumber = 3
                $0.socket = "shop"
                $0.kind = .order
                $0.target.number = 7
            },
        ]
    }

    @Test func `an entry says when, what, why, who and of what`() {
        let lines = Self.text.lines(Self.page)
        #expect(lines.count == 3 && lines[0].hasPrefix("number  refused"))
        #expect(lines[1].contains("2024-10-04 00:00:00.000005 +00:00  FORBIDDEN"))
        #expect(lines[1].contains("history") && lines[1].contains("nobody (uid 1000)"))
        #expect(lines[2].contains("REVISION_CONFLICT") && lines[2].contains("cancelOrder (2 of 3)"))
        #expect(lines[2].contains("expected_revision") && lines[2].contains("webshop (socket shop)"))
        #expect(lines[2].contains("order #7"))
        #expect(Self.text.lines(Self.page, withHeader: false).count == 2)
        #expect(RefusalText.entries(of: Self.page) == [NameBook.Entry(kind: .principal, number: 3)])
    }

    @Test func `what is not there is said`() {
        #expect(Self.text.lines(RefusalsResponse()) == ["No refusals."])
        var page = Self.page
        page.lost = 7
        page.keptSince = Google_Protobuf_Timestamp(seconds: 19_000 * 86_400)
        let lines = Self.text.lines(page)
        #expect(lines.contains { $0.hasPrefix("7 refusals of this time were not written down") })
        #expect(lines.last == "Older than 2022-01-08 00:00 +00:00: dropped.")
        // Behind the last page only.
        page.cursor = Data([1])
        #expect(Self.text.lines(page).count == 3)
    }

    @Test func `counts come in tables of their own`() {
        let page = RefusalsResponse.with {
            $0.counts.total = 5
            $0.counts.codes = [
                .with {
                    $0.code = .notFound
                    $0.refusals = 5
                }
            ]
            $0.counts.principals = [
                .with { $0.refusals = 4 },
                .with {
                    $0.principalNumber = 3
                    $0.refusals = 1
                },
            ]
            $0.counts.operations = [
                .with {
                    $0.operation = ""
                    $0.refusals = 5
                }
            ]
        }
        let lines = Self.text.lines(page)
        #expect(lines.first == "refusals  5" && lines.contains { $0.hasPrefix("NOT_FOUND") })
        #expect(lines.contains { $0.hasPrefix("nobody") && $0.hasSuffix("4") })
        #expect(lines.contains { $0.hasPrefix("webshop") } && lines.contains { $0.hasPrefix("(nothing)") })
    }

    @Test func `codes are named as in the schema`() throws {
        #expect(ErrorCodeArgument(argument: "FORBIDDEN")?.code == .forbidden)
        #expect(ErrorCodeArgument(argument: "forbidden") == nil && ErrorCodeArgument(argument: "") == nil)
        let command = try RefusalsCommand.parse([
            "--code", "NOT_FOUND", "--code", "FORBIDDEN", "--unknown-callers", "--kind", "order", "--since",
            "2026-01-01", "--operation", "get",
        ])
        #expect(command.request.codes == [.notFound, .forbidden] && command.request.unknownCallers)
        #expect(command.request.kind == .order && command.request.hasSince && !command.request.hasUntil)
        #expect(throws: (any Error).self) { try RefusalsCommand.parse(["--unknown-callers", "--principal", "#3"]) }
        #expect(throws: (any Error).self) { try RefusalsCommand.parse(["--limit", "0"]) }
    }
}
