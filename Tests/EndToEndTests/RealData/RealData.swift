import Testing

/// Long tests with imports of real data, one after the other, so that each has the machine's second core.
@Suite(.serialized) enum RealData {}
