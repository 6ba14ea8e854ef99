import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import type { Tokens } from '@sightline/core';
import type { Env } from '../command/context.ts';
import { UserMistake } from '../user-mistake.ts';

/** Where secrets are kept: the keychain of the machine, or sealed files. */
export type Secrets = {
  get(name: string): Promise<string | null>;
  set(name: string, value: string): Promise<void>;
  delete(name: string): Promise<void>;
  /** For people: what it is. */
  readonly kind: string;
};

/** What opens a server: the tokens of a sign-in, or an API key. */
export type SignIn = { kind: 'tokens'; token: string; refreshToken: string | null } | { kind: 'key'; key: string };

type Index = {
  /** The server that was signed in to last. */ current: string | null;
  /** What is kept for each server. Earlier versions kept the secrets themselves here: those are moved when they are met. */
  servers: Record<string, { kind: SignIn['kind'] } | SignIn>;
};

/** Where settings of a person are, as the XDG base directories have it. */
export function settingsDirectory(env: Env): string {
  const given = env['XDG_CONFIG_HOME'] ?? '';
  // The specification takes a path that is not absolute for none.
  return join(isAbsolute(given) ? given : join(homedir(), '.config'), 'sightline');
}

/** Sign-ins by server: which there are in a file, what opens them among the secrets. Throws UserMistake for a file that is not ours. */
export function openSignIns({ directory, openSecrets }: { directory: string; openSecrets: () => Promise<Secrets> }) {
  const path = join(directory, 'sign-ins.json');
  let opened: Promise<Secrets> | null = null;
  const secrets = () => (opened ??= openSecrets());
  /** What is being kept: a command must not end before it is. */
  const saving = new Set<Promise<void>>();

  async function read(): Promise<Index> {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { current: null, servers: {} };
      throw error;
    }
    try {
      const { current, servers } = JSON.parse(text) as Index;
      if (typeof servers !== 'object' || servers === null) throw new TypeError('no servers in it');
      return { current: current ?? null, servers };
    } catch {
      throw new UserMistake(`${path} cannot be read. Remove it, and sign in again.`);
    }
  }

  /** Whole or not at all: a process that dies meanwhile leaves what was there. */
  async function write(index: Index): Promise<void> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const draft = `${path}.${randomBytes(6).toString('hex')}`;
    try {
      await writeFile(draft, `${JSON.stringify(index, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
      // Whatever the umask takes away, it gives nothing to others.
      await chmod(draft, 0o600);
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }

  const save = async (url: string, signIn: SignIn) => (await secrets()).set(url, JSON.stringify(signIn));

  return {
    path,
    /** What keeps the secrets, for people. */
    keptBy: async () => (await secrets()).kind,
    current: async (): Promise<string | null> => (await read()).current,

    /** Null where nobody signed in, and where what opens it cannot be read any more. */
    async find(url: string): Promise<SignIn | null> {
      const { current, servers } = await read();
      const entry = servers[url];
      if (!entry) return null;
      if ('token' in entry || 'key' in entry) {
        await save(url, entry);
        await write({ current, servers: { ...servers, [url]: { kind: entry.kind } } });
        return entry;
      }
      return parseSignIn(await (await secrets()).get(url));
    },

    /** Keeps a sign-in in place of one before, and makes its server the one that is meant from now on. */
    async keep(url: string, signIn: SignIn): Promise<void> {
      await save(url, signIn);
      await write({ current: url, servers: { ...(await read()).servers, [url]: { kind: signIn.kind } } });
    },

    /** Keeps tokens that took the place of others; nothing, where somebody signed out meanwhile. `saved` waits for it. */
    renew(url: string, tokens: Tokens): void {
      const saved = (async () => {
        const { token, refreshToken } = tokens;
        if ((await read()).servers[url]?.kind === 'tokens') await save(url, { kind: 'tokens', token, refreshToken });
      })();
      saving.add(saved);
      // Thrown by `saved`; until then it must not count as unhandled.
      saved.catch(() => {});
    },
    async saved(): Promise<void> {
      for (const each of saving) {
        saving.delete(each);
        await each;
      }
    },

    async forget(url: string): Promise<void> {
      const { current, servers } = await read();
      const { [url]: _gone, ...rest } = servers;
      await write({ current: current === url ? null : current, servers: rest });
      await (await secrets()).delete(url);
    },
  };
}

export type SignIns = ReturnType<typeof openSignIns>;

function parseSignIn(text: string | null): SignIn | null {
  try {
    return text === null ? null : (JSON.parse(text) as SignIn);
  } catch {
    return null;
  }
}
