internal import Schema
internal import SwiftProtobuf

extension PackContent {
    /// The pack in Chinese, for mainland China: the yuan, the clock of Shanghai, holidays and make-up workdays as the
    /// State Council gives them out each year.
    static let chinese = PackContent(
        organisation: .with {
            $0.zone = "Asia/Shanghai"
            $0.currency = "CNY"
            $0.locale = "zh-CN"
        },
        pipelineName: "销售",
        stages: [
            ("lead", "线索", 10), ("need", "需求", 25), ("quote", "报价", 50), ("negotiation", "谈判", 75),
            ("won", "赢单", 100), ("lost", "输单", 0),
        ],
        lossReasons: [
            ("price", "价格"), ("competitor", "选择了竞争对手"), ("no-budget", "没有预算"), ("no-need", "没有需求"),
            ("timing", "时机不合适"), ("no-answer", "失去联系"), ("other", "其他"),
        ],
        calendarLabel: "工作时间",
        holidays: publicHolidays2025 + publicHolidays2026,
        madeUpLabel: "调休上班",
        serviceLevelLabel: "标准",
        queueLabel: "客户服务",
        priorities: [("urgent", "紧急"), ("high", "高"), ("normal", "普通"), ("low", "低")],
        resolutionCodes: [
            ("solved", "已解决"), ("workaround", "临时方案"), ("answered", "已答复"), ("duplicate", "重复"),
            ("not-reproducible", "无法重现"), ("declined", "不予处理"), ("withdrawn", "客户撤回"),
        ],
        programmeLabel: "会员计划",
        pointsLabel: "积分",
        ruleLabel: "消费一元积一分")

    /// State Council, notice 国办发明电〔2024〕12号.
    private static let publicHolidays2025 = [
        FreeDays(label: "元旦", days: ["2025-01-01"]),
        FreeDays(
            label: "春节", days: days("2025-01", 28...31) + days("2025-02", 1...4),
            madeUp: ["2025-01-26", "2025-02-08"]),
        FreeDays(label: "清明节", days: days("2025-04", 4...6)),
        FreeDays(label: "劳动节", days: days("2025-05", 1...5), madeUp: ["2025-04-27"]),
        FreeDays(label: "端午节", days: ["2025-05-31"] + days("2025-06", 1...2)),
        FreeDays(label: "国庆节、中秋节", days: days("2025-10", 1...8), madeUp: ["2025-09-28", "2025-10-11"]),
    ]

    /// State Council, notice 国办发明电〔2025〕7号.
    private static let publicHolidays2026 = [
        FreeDays(label: "元旦", days: days("2026-01", 1...3), madeUp: ["2026-01-04"]),
        FreeDays(label: "春节", days: days("2026-02", 15...23), madeUp: ["2026-02-14", "2026-02-28"]),
        FreeDays(label: "清明节", days: days("2026-04", 4...6)),
        FreeDays(label: "劳动节", days: days("2026-05", 1...5), madeUp: ["2026-05-09"]),
        FreeDays(label: "端午节", days: days("2026-06", 19...21)),
        FreeDays(label: "中秋节", days: days("2026-09", 25...27)),
        FreeDays(label: "国庆节", days: days("2026-10", 1...7), madeUp: ["2026-09-20", "2026-10-10"]),
    ]

    /// Days of one month, yyyy-mm, as yyyy-mm-dd.
    private static func days(_ month: String, _ days: ClosedRange<Int>) -> [String] {
        days.map { month + ($0 < 10 ? "-0" : "-") + String($0) }
    }
}
