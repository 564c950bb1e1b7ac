internal import Schema
internal import SwiftProtobuf

/// The words and numbers of a pack in one language, for one country.
struct PackContent: Sendable {
    /// A holiday: the days on which nobody works because of it.
    struct FreeDays: Sendable {
        var label: String
        /// yyyy-mm-dd each.
        var days: [String]
        /// Days of a weekend at which is worked instead.
        var madeUp: [String] = []
    }

    var organisation: SetOrganisation
    var pipelineName: String
    /// Key, label and probability in percent of the stages; the last but one is won, the last one lost.
    var stages: [(key: String, label: String, probability: UInt32)]
    var lossReasons: [(key: String, label: String)]
    var calendarLabel: String
    var holidays: [FreeDays]
    /// What a make-up workday is called.
    var madeUpLabel: String
    var serviceLevelLabel: String
    var queueLabel: String
    /// The most urgent first.
    var priorities: [(key: String, label: String)]
    var resolutionCodes: [(key: String, label: String)]
    var programmeLabel: String
    var pointsLabel: String
    var ruleLabel: String

    /// Working hours of a day, in seconds: 9 to 18.
    private static let workday: UInt64 = 9 * 3_600

    /// Names of the parts with the bodies of their commands.
    var parts: [(name: String, bodies: [CommandBody])] {
        [
            ("organisation", organisationBodies), ("pipeline", [.with { $0.definePipeline = pipeline }]),
            ("calendar", [.with { $0.defineCalendar = calendar }]),
            ("service level", [.with { $0.defineSlaPolicy = serviceLevel }]),
            ("queue", [.with { $0.defineQueue = queue }]), ("service desk", [serviceDesk]),
            ("loyalty programme", programme),
        ]
    }

    private func key(_ name: String) -> ExternalKey {
        .with {
            $0.system = StarterPack.system
            $0.key = name
        }
    }

    private func reference(_ name: String) -> Reference { .with { $0.external = key(name) } }

    // MARK: The organisation

    /// The first settings of a log, or none: what the organisation has said of itself stays.
    private var organisationBodies: [CommandBody] {
        [
            .with {
                $0.expectedRevision = 0
                $0.setOrganisation = organisation
            },
            .with {
                $0.setFiscalCalendar.calendar.firstMonth = 1
                $0.setFiscalCalendar.calendar.firstDay = 1
            },
        ]
    }

    // MARK: Sales

    private var pipeline: DefinePipeline {
        .with {
            $0.external = [key("pipeline")]
            $0.content.name = pipelineName
            $0.content.skippingAllowed = true
            $0.content.stages = stages.enumerated().map { index, stage in
                .with {
                    $0.key = stage.key
                    $0.label = stage.label
                    $0.probability = stage.probability
                    $0.kind = index == stages.count - 1 ? .lost : index == stages.count - 2 ? .won : .open
                }
            }
            $0.content.lossReasons = lossReasons.map { reason in
                .with {
                    $0.key = reason.key
                    $0.label = reason.label
                }
            }
        }
    }

    // MARK: Service

    /// Monday to Friday from 9 to 18.
    private var calendar: DefineCalendar {
        .with {
            $0.external = [key("calendar")]
            $0.content.label = calendarLabel
            $0.content.zone = organisation.zone
            $0.content.weekdays = (1...5).map { weekday in
                .with {
                    $0.weekday = UInt32(weekday)
                    $0.intervals = [
                        .with {
                            $0.start = "09:00"
                            $0.end = "18:00"
                        }
                    ]
                }
            }
            $0.content.holidays = holidays.flatMap { free in
                free.days.map { day in
                    .with {
                        $0.day = day
                        $0.label = free.label
                    }
                }
            }
            $0.content.specialDays = holidays.flatMap(\.madeUp).map { day in
                .with {
                    $0.day = day
                    $0.label = madeUpLabel
                    // The hours of a Monday, as of every workday.
                    $0.likeWeekday = 1
                }
            }
        }
    }

    /// In force at once, behind every policy of a lower order: first response within 4 hours, resolution within two
    /// workdays.
    private var serviceLevel: DefineSlaPolicy {
        .with {
            $0.external = [key("service-level")]
            $0.content.label = serviceLevelLabel
            $0.content.order = 1_000
            $0.content.calendar = reference("calendar")
            $0.content.targets = [
                .with {
                    $0.clock = .firstResponse
                    $0.seconds = 4 * 3_600
                },
                .with {
                    $0.clock = .resolution
                    $0.seconds = 2 * Self.workday
                },
            ]
        }
    }

    private var queue: DefineQueue {
        .with {
            $0.external = [key("queue")]
            $0.label = queueLabel
        }
    }

    private var serviceDesk: CommandBody {
        .with {
            $0.expectedRevision = 0
            $0.setServiceDesk.terms.priorities = priorities.enumerated().map { index, priority in
                .with {
                    $0.key = priority.key
                    $0.label = priority.label
                    $0.rank = UInt32(index) + 1
                }
            }
            $0.setServiceDesk.terms.defaultPriority = "normal"
            $0.setServiceDesk.terms.resolutionCodes = resolutionCodes.map { code in
                .with {
                    $0.key = code.key
                    $0.label = code.label
                }
            }
        }
    }

    // MARK: Loyalty

    /// A point for each unit of the currency, for a year. Nobody earns anything until it is turned on.
    private var programme: [CommandBody] {
        let reference = reference("loyalty")
        return [
            .with {
                $0.defineProgramme.external = [key("loyalty")]
                $0.defineProgramme.label = programmeLabel
                $0.defineProgramme.pointsLabel = pointsLabel
                $0.defineProgramme.status = .off
            },
            .with {
                $0.publishEarningRule.programme = reference
                $0.publishEarningRule.key = "purchases"
                $0.publishEarningRule.label = ruleLabel
                $0.publishEarningRule.rate.unscaled = 1
                $0.publishEarningRule.currency = organisation.currency
            },
            .with {
                $0.setExpiryPolicy.programme = reference
                $0.setExpiryPolicy.policy.kind = .days
                $0.setExpiryPolicy.policy.days = 365
            },
        ]
    }
}
