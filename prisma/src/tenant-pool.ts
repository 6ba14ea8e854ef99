import { callbackify } from 'node:util';
import pg from 'pg';
import { currentTransaction } from './one-transaction.ts';

export type TenantScope = {
  /** The organization that the code which asks works for; null outside of any. */
  organization(): string | null;
  /** Runs `work`, and what it awaits, for an organization. */
  within<Result>(organization: string | null, work: () => Result): Result;
};

type Options = pg.PoolConfig & {
  scope: Pick<TenantScope, 'organization'>;
  /** The role to switch to on each connection; null: the login is that role already. */
  role: string | null;
};

type Callback = (error: Error | undefined, client: pg.PoolClient | undefined, release: (error?: Error) => void) => void;

const nothing = () => {};

/** A pool that gives the transaction at work, where there is one, instead of a connection. */
export class SharedPool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<pg.PoolClient> | void {
    const shared = currentTransaction()?.connect({ role: null, organization: '' });
    if (!shared) return callback ? super.connect(callback) : super.connect();
    if (!callback) return Promise.resolve(shared);
    callback(undefined, shared, () => shared.release());
  }
}

/**
 * A pool whose connections know for which organization they work, so that row-level security can hide the rows of all
 * others. `query` asks `connect` for its connection, and so does Prisma: there is no way around it.
 */
export class TenantPool extends pg.Pool {
  readonly #scope: Options['scope'];
  readonly #role: string | null;
  /** As whom its statements run on a connection of another login. */
  readonly roleInOneTransaction: string;
  /** What each connection was told last. A new one was told nothing. */
  readonly #told = new WeakMap<pg.PoolClient, string>();

  constructor({ scope, role, ...config }: Options) {
    super(config);
    this.#scope = scope;
    this.#role = role;
    this.roleInOneTransaction = role ?? new pg.Client(config).user ?? '';
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<pg.PoolClient> | void {
    // Asked now: when a connection becomes free, whoever gave it back is at work.
    const organization = this.#scope.organization() ?? '';
    const shared = currentTransaction()?.connect({ role: this.roleInOneTransaction, organization });
    const ready = shared ? Promise.resolve(shared) : super.connect().then((client) => this.#tell(client, organization));
    if (!callback) return ready;
    const answer = callbackify(() => ready);
    answer((error, client) => callback(error ?? undefined, client, (failure) => client?.release(failure)));
  }

  /**
   * Before anybody's `BEGIN`: a rollback would take back what was said after it. A connection that did not take it is
   * closed, since nobody knows whose it is.
   */
  async #tell(client: pg.PoolClient, organization: string): Promise<pg.PoolClient> {
    const before = this.#told.get(client);
    if (before === organization) return client;
    // A connection that breaks meanwhile says so twice, and nobody else listens yet.
    client.on('error', nothing);
    try {
      this.#told.delete(client);
      if (before === undefined && this.#role !== null) {
        await client.query(`select set_config('role', $1, false)`, [this.#role]);
      }
      await client.query({ name: 'set-organization', text: tellSql, values: [organization] });
      this.#told.set(client, organization);
      return client;
    } catch (error) {
      client.release(error instanceof Error ? error : true);
      throw error;
    } finally {
      client.off('error', nothing);
    }
  }
}

const tellSql = `select set_config('app.organization_id', $1, false)`;

/** As whom statements of organizations run where a pool hands out a transaction; null without the second fence. */
export const tenantRoleOf = (pool: pg.Pool): string | null =>
  pool instanceof TenantPool ? pool.roleInOneTransaction : null;
