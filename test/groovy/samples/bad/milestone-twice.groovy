// Invalid ordinal 1
milestone 1
milestone 1
