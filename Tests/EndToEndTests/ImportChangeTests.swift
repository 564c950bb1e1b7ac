import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// Files that come again, the same or changed.
@Suite(.serialized) struct ImportChangeTests {
    private static let header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    private static let rows = [
        "1001,A1,TEAPOT,6,2010-12-01T08:26:00,2.55,501,United Kingdom",
        "1001,B2,\"CUP, BLUE\",2,2010-12-01T08:26:00,3.39,501,United Kingdom",
        "1002,A1,TEAPOT,1,2010-12-02T09:00:00,2.55,502,France",
        "1003,B2,\"CUP, BLUE\",4,2010-12-03T10:00:00,3.39,,France",
        "C1004,A1,TEAPOT,-2,2010-12-04T11:00:00,2.55,501,United Kingdom",
    ]

    private static func importing(_ rows: [String], into daemon: Daemon) async throws -> ImportReport {
        let path = try daemon.folder.write(header + rows.joined(separator: "\n") + "\n", to: "rows.csv")
        return try await daemon.importing(path, mapping: "online-retail")
    }

    private static func purchases(of customer: String, in daemon: Daemon) async throws -> PurchaseHistory {
        let position = try await daemon.durablePosition()
        let view = try await daemon.withClient {
            try await $0.customer(
                .with {
                    $0.party = Reference(system: "online-retail", key: customer)
                    $0.atLeast = position
                })
        }
        return try #require(view.value.purchases.first)
    }

    @Test func `a changed row is a change, and rows that stay are not`() async throws {
        try await Daemon.run { daemon in
            let first = try await ImportChangeTests.importing(ImportChangeTests.rows, into: daemon)
            #expect(first.documents["order"]?.accepted == 3 && first.documents["return"]?.accepted == 1)
            #expect(try await ImportChangeTests.purchases(of: "501", in: daemon).net == 6 * 255 + 2 * 339 - 2 * 255)

            var changed = ImportChangeTests.rows
            changed[1] = "1001,B2,\"CUP, BLUE\",5,2010-12-01T08:26:00,3.39,501,United Kingdom"
            changed[4] = "C1004,A1,TEAPOT,-1,2010-12-04T11:00:00,2.55,501,United Kingdom"
            changed.append("1005,A1,TEAPOT,3,2010-12-05T12:00:00,2.55,502,France")
            let second = try await ImportChangeTests.importing(changed.shuffled(), into: daemon)
            #expect(second.documents["order"]?.accepted == 2 && second.documents["return"]?.accepted == 1)
            #expect((second.documents["order"].map { $0.unchanged + $0.replayed }) == 2)
            let purchases = try await ImportChangeTests.purchases(of: "501", in: daemon)
            #expect(purchases.net == 6 * 255 + 5 * 339 - 255 && purchases.orders == 1 && purchases.returns == 1)
            #expect(try await ImportChangeTests.purchases(of: "502", in: daemon).gross == 4 * 255)

            let corrections = try await daemon.withClient { try await $0.events(.with { $0.kind = .orderCorrected }) }
            #expect(corrections.count == 1)
            // The first file again takes the change back: it is what the source says now.
            let third = try await ImportChangeTests.importing(ImportChangeTests.rows, into: daemon)
            #expect(third.documents["order"]?.refused == 0)
        }
    }

    @Test func `the same file with another mapping is refused`() async throws {
        try await Daemon.run { daemon in
            _ = try await ImportChangeTests.importing(ImportChangeTests.rows, into: daemon)
            let before = try await daemon.durablePosition()
            let text = try String(contentsOfFile: Places.mapping("online-retail"), encoding: .utf8)
            let other = try daemon.folder.write(text.replacing("\"GBP\"", with: "\"EUR\""), to: "other.json")
            let run = try await daemon.kith("import", daemon.folder["rows.csv"], "--mapping", other)
            #expect(run.code == 1 && run.complaint.contains("FILE_SEEN"), "\(run)")
            #expect(try await daemon.durablePosition() == before)
        }
    }
}
