// The target that precompiles the headers of the unit tests needs a source.
