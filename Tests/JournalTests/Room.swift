import Testing

@Test func `the room exists`() {}
