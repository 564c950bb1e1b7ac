internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct OrganisationTests {
    @Test func `the first settings are whole, with UTC where no zone is sent`() {
        var scenario = Scenario()
        let outcome = scenario.when(SetOrganisation.with { $0.name = "Kettle & Co" })
        #expect(
            outcome.payloads == [
                .organisationSet(
                    .with {
                        $0.name = "Kettle & Co"
                        $0.zone = "UTC"
                        $0.zoneRulesVersion = ZoneName.tzdataVersion
                    })
            ])
    }

    @Test func `further settings keep what is not sent, on the one stream`() {
        var scenario = Scenario()
        scenario.when(SetOrganisation.with { $0.name = "Kettle & Co" })
        let outcome = scenario.when(
            SetOrganisation.with {
                $0.zone = "Asia/Shanghai"
                $0.currency = "CNY"
                $0.locale = "zh-Hans-CN"
            })
        guard case .organisationSet(let settings)? = outcome.payloads.first else {
            Issue.record("not set: \(outcome)")
            return
        }
        #expect(settings.name == "Kettle & Co" && settings.zone == "Asia/Shanghai" && settings.currency == "CNY")
        #expect(Set(scenario.events.map(\.stream)).count == 1)
        #expect(scenario.isReproducible)
    }

    @Test func `the same settings are unchanged, whatever the reason before`() {
        var scenario = Scenario()
        scenario.given(
            .organisation,
            .organisationSet(
                .with {
                    $0.name = "Kettle & Co"
                    $0.zone = "UTC"
                    $0.zoneRulesVersion = ZoneName.tzdataVersion
                    $0.reason = "founded"
                }))
        #expect(scenario.when(SetOrganisation.with { $0.name = "Kettle & Co" }).isUnchanged)
        #expect(scenario.when(SetOrganisation()).isUnchanged)
    }

    @Test func `newer zone rules are taken over with the next settings`() {
        var scenario = Scenario()
        scenario.given(
            .organisation,
            .organisationSet(
                .with {
                    $0.zone = "UTC"; $0.zoneRulesVersion = "1999a"
                }))
        let outcome = scenario.when(SetOrganisation())
        guard case .organisationSet(let settings)? = outcome.payloads.first else {
            Issue.record("not set: \(outcome)")
            return
        }
        #expect(settings.zoneRulesVersion == ZoneName.tzdataVersion)
    }

    @Test func `settings are refused`() {
        let cases: [(SetOrganisation, ErrorCode, String)] = [
            (.with { $0.zone = "Beijing" }, .zoneUnknown, "zone"),
            (.with { $0.zone = "asia/shanghai" }, .zoneUnknown, "zone"),
            (.with { $0.currency = "RMB" }, .currencyMismatch, "currency"),
            (.with { $0.locale = "zh_CN" }, .schemaInvalid, "locale"),
            (.with { $0.name = text(of: 1_001) }, .limitExceeded, "name"),
        ]
        for (command, code, field) in cases {
            var scenario = Scenario()
            let outcome = scenario.when(command)
            #expect(outcome.code == code && outcome.field == field, "\(outcome)")
        }
    }
}
