/** The modules as they go to the page: code by name. */
export function bundle(entryPoints: Record<string, string>): Promise<Record<string, string>>;
