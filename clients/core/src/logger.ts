type Fields = Readonly<Record<string, unknown>>;
type Log = (message: string, fields?: Fields) => void;

/**
 * Where the client tells what it does; `console` fits. `info` is one line per change of a connection's life, `warn` something
 * it worked around, `debug` everything else. Nothing logs per event or per byte.
 */
export type Logger = { debug: Log; info: Log; warn: Log };

const silence: Log = () => {};

export const silentLogger: Logger = { debug: silence, info: silence, warn: silence };
