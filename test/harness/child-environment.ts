/**
 * The environment of a program that a test starts and that shall see nothing of ours: where programs are, and what of the
 * thousand modules other tests have compiled, which halves the work of each start.
 */
export function childEnvironment(): { PATH: string | undefined; NODE_COMPILE_CACHE: string | undefined } {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  return { PATH, NODE_COMPILE_CACHE };
}
