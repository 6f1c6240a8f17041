"""The tRPC channel: typed procedures that an unmodified `@trpc/client` can call."""
