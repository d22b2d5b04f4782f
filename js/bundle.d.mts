import type { BuildOptions } from "esbuild";
export const page: BuildOptions & { write?: false };
