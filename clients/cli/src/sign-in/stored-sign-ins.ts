import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { UserMistake } from '../user-mistake.ts';

/** What opens a server: the tokens of a sign-in, or an API key. */
export type StoredSignIn =
  | { kind: 'tokens'; token: string; refreshToken: string | null }
  | { kind: 'key'; key: string };

type Stored = {
  /** The server that was signed in to last. */ current: string | null;
  servers: Record<string, StoredSignIn>;
};

/** Where sign-ins are kept: in the folder that the XDG base directories name for settings. */
export function signInsPath(env: NodeJS.ProcessEnv): string {
  const { XDG_CONFIG_HOME: given = '' } = env;
  // The specification takes a path that is not absolute for none.
  return join(isAbsolute(given) ? given : join(homedir(), '.config'), 'sightline', 'sign-ins.json');
}

/** Sign-ins by server, in a file that only its owner reads. Throws UserMistake for a file that is not ours. */
export function openSignIns(path: string) {
  function read(): Stored {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { current: null, servers: {} };
      throw error;
    }
    try {
      const { current, servers } = JSON.parse(text) as Stored;
      if (typeof servers !== 'object' || servers === null) throw new TypeError('no servers in it');
      return { current: current ?? null, servers };
    } catch {
      throw new UserMistake(`${path} cannot be read. Remove it, and sign in again.`);
    }
  }

  /** Whole or not at all: a process that dies meanwhile leaves what was there. */
  function write(stored: Stored): void {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const draft = `${path}.${randomBytes(6).toString('hex')}`;
    try {
      writeFileSync(draft, `${JSON.stringify(stored, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
      // Whatever the umask takes away, it gives nothing to others.
      chmodSync(draft, 0o600);
      renameSync(draft, path);
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  }

  return {
    path,
    /** The server that was signed in to last; null when there is none. */
    current: (): string | null => read().current,
    find: (url: string): StoredSignIn | null => read().servers[url] ?? null,
    /** Keeps a sign-in in place of one before, and makes its server the one that is meant from now on. */
    keep(url: string, signIn: StoredSignIn): void {
      write({ current: url, servers: { ...read().servers, [url]: signIn } });
    },
    /** Keeps tokens that took the place of others; nothing, where somebody signed out meanwhile. */
    renew(url: string, tokens: { token: string; refreshToken: string | null }): void {
      const { current, servers } = read();
      if (servers[url]?.kind === 'tokens')
        write({ current, servers: { ...servers, [url]: { kind: 'tokens', ...tokens } } });
    },
    forget(url: string): void {
      const { current, servers } = read();
      const { [url]: _gone, ...rest } = servers;
      write({ current: current === url ? null : current, servers: rest });
    },
  };
}

export type SignIns = ReturnType<typeof openSignIns>;
