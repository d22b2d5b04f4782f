import { defineConfig } from "vitest/config";

export default defineConfig({
  // No test looks at the clock; the limit is for a machine that does much else, too
  test: { environment: "jsdom", include: ["test/**/*.test.ts"], restoreMocks: true, testTimeout: 60_000 },
});
