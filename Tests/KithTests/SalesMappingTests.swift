internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import kith

/// The files of a sales team: products, people, accounts, opportunities.
@Suite struct SalesMappingTests {
    private static let header =
        "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value"

    private func opportunities(_ rows: [String]) throws -> [Command] {
        let made = try ImportTests.make(
            ([Self.header] + rows).joined(separator: "\n"), ImportTests.mapping("sales-pipeline"))
        #expect(made.rejections.isEmpty)
        return made.commands.map(\.command)
    }

    @Test func `a closed opportunity comes with its end, and the product under its name in the catalogue`() throws {
        let commands = try opportunities(["Z063OYW0,Darcel Schlecht,GTXPro,Isdom,Won,2016-10-25,2017-03-11,4514"])
        let command = try #require(commands.first)
        let upsert = try #require(command.bodies.first).upsertOpportunity
        let opportunity = upsert.opportunity
        #expect(command.mode == .historic && command.occurredAt.seconds == 1_477_353_600)
        #expect(upsert.key.key == "Z063OYW0" && opportunity.reached == .won)
        #expect(opportunity.closedAt.seconds == 1_489_190_400 && !opportunity.openingUnknown)
        #expect(opportunity.amount.minorUnits == 451_400 && opportunity.amount.currency == "USD")
        #expect(opportunity.lines.map(\.product.external.key) == ["GTX Pro"] && opportunity.lines[0].net == 451_400)
        #expect(opportunity.party.external.key == "Isdom")
        #expect(opportunity.owner.employee.external.key == "Darcel Schlecht")
    }

    @Test func `one without dates says no time, and that nobody knows when it was opened`() throws {
        let commands = try opportunities([
            "9MIWFW5J,Versie Hillebrand,MG Advanced,,Prospecting,,,",
            "AAAA,Versie Hillebrand,MG Special,Cancity,Engaging,2017-01-02,,",
            "BBBB,Versie Hillebrand,MG Special,Cancity,Lost,2017-01-02,2017-01-05,0",
        ])
        let undated = try #require(commands[0].bodies.first).upsertOpportunity.opportunity
        #expect(!commands[0].hasOccurredAt && undated.openingUnknown && undated.stage == "prospecting")
        #expect(undated.reached == .open && !undated.hasClosedAt && !undated.hasAmount && !undated.hasParty)
        #expect(undated.lines[0].unitPrice.unscaled == 3_393 && !undated.lines[0].hasNet)
        let engaging = try #require(commands[1].bodies.first).upsertOpportunity.opportunity
        #expect(commands[1].hasOccurredAt && !engaging.openingUnknown && engaging.stage == "engaging")
        let lost = try #require(commands[2].bodies.first).upsertOpportunity.opportunity
        #expect(lost.reached == .lost && lost.hasAmount && lost.amount.minorUnits == 0)
    }

    @Test func `the order of the rows changes no command`() throws {
        let rows = [
            "1C1I7A6R,Moses Frase,GTX Plus Basic,Cancity,Won,2016-10-20,2017-03-01,1054",
            "9MIWFW5J,Versie Hillebrand,MG Advanced,,Prospecting,,,",
            "AAAA,Versie Hillebrand,MG Special,Cancity,Engaging,2017-01-02,,",
        ]
        let keys = Set(try opportunities(rows).map(\.idempotencyKey))
        #expect(keys.count == 3)
        #expect(Set(try opportunities(rows.reversed()).map(\.idempotencyKey)) == keys)
    }

    @Test func `offices, teams and managers are made once, before who belongs to them`() throws {
        let text = """
            sales_agent,manager,regional_office
            Anna Snelling,Dustin Brinkmann,Central
            Cecily Lampkin,Dustin Brinkmann,Central
            Mei-Mei Johns,Melvin Marxen,Central
            """
        let mapping = try ImportTests.mapping("sales-teams")
        let made = try ImportTests.make(text, mapping)
        #expect(made.rejections.isEmpty)
        let names = made.commands.map { mapping.documents[$0.document].name }
        #expect(names == ["pipeline", "office", "team", "agent", "agent", "team", "agent"])
        #expect(made.commands.allSatisfy { !$0.command.hasOccurredAt && $0.command.mode == .historic })
        let team = made.commands[2].command.bodies
        #expect(team[0].defineTeam.name == "Central, Dustin Brinkmann" && team[2].joinTeam.lead)
        #expect(made.commands[3].command.bodies[0].hireEmployee.teams[0].external.key == "team Dustin Brinkmann")
    }

    @Test func `accounts become organisations with country and sector, products have a list price`() throws {
        let accounts = try ImportTests.make(
            """
            account,sector,year_established,revenue,employees,office_location,subsidiary_of
            Bioholding,medical,2012,587.34,1356,Philipines,
            """, ImportTests.mapping("sales-accounts"))
        let bodies = try #require(accounts.commands.first).command.bodies
        #expect(bodies[0].upsertParty.detail.country == "PH" && bodies[0].upsertParty.kind == .organisation)
        #expect(bodies[1].tag.tag == "sector/medical")
        let products = try ImportTests.make(
            "product,series,sales_price\nGTX Pro,GTX,4821", ImportTests.mapping("sales-products"))
        #expect(products.commands.map(\.command.bodies.count) == [1, 2])
        #expect(products.commands[1].command.bodies[1].setPrice.unitPrice.unscaled == 4_821)
    }

    @Test(.enabled(if: SharedData.isPresent, SharedData.missing))
    func `every row of the real files becomes a command`() throws {
        let files = [
            ("products.csv", "sales-products", 8), ("accounts.csv", "sales-accounts", 85),
            ("sales_pipeline_central.csv", "sales-pipeline", 3_512),
        ]
        for (file, mapping, commands) in files {
            let bytes = try SharedData.bytes("\(SharedData.folder)/pipeline/\(file)")
            let made = try ImportTests.make(String(decoding: bytes, as: UTF8.self), ImportTests.mapping(mapping))
            #expect(made.rejections.isEmpty && made.commands.count == commands, "\(file)")
        }
    }
}
