import Foundation
import KithClient
import Schema
import SwiftProtobuf
import Testing

/// What a new log begins with, and that nothing has to be configured before the first customer.
@Suite struct StarterPackTests {
    /// The parts of a pack.
    private static let parts = [
        "organisation", "pipeline", "calendar", "service level", "queue", "service desk", "loyalty programme",
    ]

    @Test(.timeLimit(.minutes(2)), arguments: ["en", "zh"])
    func `a new log takes a pack once, and the first command can be a customer`(pack: String) async throws {
        let folder = try TestFolder()
        let other = pack == "en" ? "zh" : "en"
        try await Daemon.run(in: folder, pack: pack) { daemon in
            let position = try await daemon.durablePosition()
            try await StarterPackTests.expectAll(pack, of: daemon)
            for again in [pack, other] {
                let run = try await daemon.kith("pack", "apply", again)
                #expect(run.code == 0 && run.output.contains("pipeline: there already"), "\(run)")
                #expect(!run.output.contains("applied"), "\(run)")
            }
            #expect(try await daemon.durablePosition() == position)
            try await StarterPackTests.expectDefaults(of: daemon)
        }
        // The second start finds a log that is not new.
        try await Daemon.run(in: folder, pack: other) { daemon in
            let organisation = try #require(try await StarterPackTests.records(.organisation, of: daemon).first)
            #expect(organisation.organisation.currency == (pack == "en" ? "USD" : "CNY"))
            #expect(try await StarterPackTests.records(.pipeline, of: daemon).count == 1)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a pack can be applied later, part by part, and leaves what there is`() async throws {
        try await Daemon.run { daemon in
            #expect(try await StarterPackTests.records(.pipeline, of: daemon).isEmpty)
            let own = try await daemon.kith(
                "submit", "--new-ids",
                input: """
                    {"bodies": [{"setOrganisation": {"name": "Corner Shop", "zone": "Europe/Warsaw", "currency": "EUR"}}]}
                    {"bodies": [{"defineQueue": {"label": "Support"}}]}
                    """)
            #expect(own.code == 0, "\(own)")
            let run = try await daemon.kith("pack", "apply", "en", "--json")
            #expect(run.code == 0, "\(run)")
            var outcomes: [String: String] = [:]
            for line in run.output.split(separator: "\n") {
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
                outcomes[object["part"] as? String ?? ""] = object["outcome"] as? String
            }
            #expect(Set(outcomes.keys) == Set(StarterPackTests.parts))
            #expect(outcomes["organisation"] == "there already" && outcomes["queue"] == "there already")
            #expect(outcomes.values.count { $0 == "applied" } == 5, "\(outcomes)")
            let organisation = try #require(try await StarterPackTests.records(.organisation, of: daemon).first)
            #expect(organisation.organisation.currency == "EUR" && organisation.organisation.zone == "Europe/Warsaw")

            let position = try await daemon.durablePosition()
            let again = try await daemon.kith("pack", "apply", "en")
            #expect(again.code == 0 && !again.output.contains("applied"), "\(again)")
            #expect(try await daemon.durablePosition() == position)
            let recompute = try await daemon.kith("recompute")
            #expect(recompute.code == 0, "\(recompute)")
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `what a pack shows can be sent as it is`() async throws {
        try await Daemon.run { daemon in
            let shown = try await daemon.kith("pack", "show", "zh")
            let run = try await daemon.kith("submit", input: shown.output)
            #expect(run.code == 0 && run.output.hasPrefix("\(StarterPackTests.parts.count) accepted"), "\(run)")
            let again = try await daemon.kith("pack", "apply", "zh")
            #expect(again.code == 0 && !again.output.contains("applied"), "\(again)")
        }
    }

    @Test(.timeLimit(.minutes(1)), .enabled(if: Places.hasSharedData, Places.sharedDataMissing))
    func `the calendars know holidays and make-up workdays as others do`() async throws {
        for (pack, workdays) in [("zh", try chineseWorkdays()), ("en", try americanWorkdays())] {
            try await Daemon.run(pack: pack) { daemon in
                let calendar = try #require(try await StarterPackTests.records(.calendar, of: daemon).first).calendar
                let free = Set(calendar.content.holidays.map(\.day))
                let madeUp = Set(calendar.content.specialDays.map(\.day))
                #expect(calendar.isDefault && free.isDisjoint(with: madeUp))
                for (day, isWorkday) in workdays {
                    let weekday = try #require(StarterPackTests.weekday(of: day))
                    let works = madeUp.contains(day) || (weekday <= 5 && !free.contains(day))
                    #expect(works == isWorkday, "\(pack) \(day)")
                }
            }
        }
    }

    // MARK: What is expected

    private static func records(_ kind: AggregateKind, of daemon: Daemon) async throws -> [Record] {
        let position = try await daemon.durablePosition()
        return try await daemon.withClient { try await $0.all(kind, atLeast: position) }
    }

    private static func expectAll(_ pack: String, of daemon: Daemon) async throws {
        let isChinese = pack == "zh"
        let organisation = try #require(try await records(.organisation, of: daemon).first).organisation
        #expect(organisation.zone == (isChinese ? "Asia/Shanghai" : "America/New_York"))
        #expect(organisation.currency == (isChinese ? "CNY" : "USD"))
        let pipeline = try #require(try await records(.pipeline, of: daemon).first).pipeline
        let stages = pipeline.content.stages
        #expect(
            stages.map(\.label)
                == (isChinese
                    ? ["线索", "需求", "报价", "谈判", "赢单", "输单"]
                    : ["Lead", "Qualified", "Proposal", "Negotiation", "Won", "Lost"]))
        #expect(stages.map(\.probability) == [10, 25, 50, 75, 100, 0] && !pipeline.content.lossReasons.isEmpty)
        let policy = try #require(try await records(.slaPolicy, of: daemon).first).slaPolicy
        #expect(policy.activeVersion == 1 && policy.content.targets.map(\.seconds) == [14_400, 64_800])
        #expect(try await records(.queue, of: daemon).map(\.queue.isDefault) == [true])
        let desk = try #require(try await records(.serviceDesk, of: daemon).first).serviceDesk
        #expect(desk.content.terms.resolutionCodes.count == 7 && desk.content.terms.priorities.count == 4)
        let programme = try #require(try await records(.loyaltyProgramme, of: daemon).first).loyaltyProgramme
        #expect(programme.status == .off && programme.rules.count == 1)
    }

    /// A customer, and then whatever needs something that the pack made: nothing is named.
    private static func expectDefaults(of daemon: Daemon) async throws {
        let ana = #"{"external": {"system": "shop", "key": "4711"}}"#
        let run = try await daemon.kith(
            "submit", "--new-ids",
            input: """
                {"bodies": [{"upsertParty": {"key": {"system": "shop", "key": "4711"}, "kind": "PARTY_KIND_PERSON", "name": {"display": "Ana"}}}]}
                {"bodies": [{"placeOrder": {"party": \(ana), "lines": [{"quantity": {"unscaled": "1"}, "unitPrice": {"unscaled": "500", "scale": 2}}], "reached": "ORDER_STATUS_CONFIRMED"}}]}
                {"bodies": [{"openOpportunity": {"party": \(ana), "personal": {"name": "Twelve lamps"}, "lines": [{"quantity": {"unscaled": "12"}, "unitPrice": {"unscaled": "500", "scale": 2}}]}}]}
                {"bodies": [{"openTicket": {"external": [{"system": "shop", "key": "T1"}], "party": \(ana), "personal": {"subjectLine": "Lamp broken"}}}]}
                {"bodies": [{"resolveTicket": {"ticket": {"external": {"system": "shop", "key": "T1"}}, "code": "solved"}}]}
                {"bodies": [{"definePriceBook": {"name": "List"}}]}
                {"bodies": [{"activateProgramme": {}}]}
                {"bodies": [{"setPointValue": {"value": {"cost": {"unscaled": "1", "scale": 2}}}}]}
                {"bodies": [{"enrolMember": {"party": \(ana)}}]}
                """)
        #expect(run.code == 0, "\(run)")
        let ticket = try #require(try await records(.ticket, of: daemon).first).ticket
        #expect(ticket.queueNumber != 0 && ticket.priority == "normal")
        #expect(try await records(.order, of: daemon).first?.order.currency.count == 3)
        #expect(try await records(.opportunity, of: daemon).first?.opportunity.stage == "lead")
    }

    // MARK: Days

    /// 1 for Monday to 7 for Sunday of yyyy-mm-dd.
    private static func weekday(of day: String) -> Int? {
        let numbers = day.split(separator: "-").compactMap { Int($0) }
        guard numbers.count == 3 else { return nil }
        let seconds = Google_Protobuf_Timestamp(year: numbers[0], month: numbers[1], day: numbers[2]).seconds
        // 1970-01-01 was a Thursday.
        return Int((seconds / 86_400 + 3) % 7) + 1
    }

    /// Whether each day of the years that the pack knows is a workday.
    private func chineseWorkdays() throws -> [String: Bool] {
        let rows = try TicketFiles.rows(Places.sharedData + "/time/cn_workdays_2010_2026.csv")
        var workdays: [String: Bool] = [:]
        for row in rows {
            guard let day = row["date"], day >= "2025" else { continue }
            workdays[day] = row["is_workday"] == "1"
        }
        #expect(workdays.count == 730)
        return workdays
    }

    private func americanWorkdays() throws -> [String: Bool] {
        let rows = try TicketFiles.rows(Places.sharedData + "/time/public_holidays_2015_2027.csv")
        let free = Set(rows.filter { $0["country"] == "US" }.compactMap { $0["date"] })
        var workdays: [String: Bool] = [:]
        let first = Google_Protobuf_Timestamp(year: 2025, month: 1, day: 1)
        for index in 0..<Int64(3 * 365) {
            let day = String(
                Google_Protobuf_Timestamp(seconds: first.seconds + index * 86_400, nanos: 0).date.ISO8601Format()
                    .prefix(10))
            let weekday = try #require(StarterPackTests.weekday(of: day))
            workdays[day] = weekday <= 5 && !free.contains(day)
        }
        return workdays
    }
}
