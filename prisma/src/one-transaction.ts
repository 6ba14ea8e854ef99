import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { callbackify } from 'node:util';
import type pg from 'pg';

/** As whom a statement runs: a role to switch to, null for the login itself, and the organization whose rows it may see. */
export type Voice = { readonly role: string | null; readonly organization: string };

type Statement = { text: string; values?: unknown[] };
type Answer = pg.QueryResult;
/** A transaction of somebody inside of ours: a savepoint. */
type Frame = {
  readonly name: string;
  readonly lease: Lease;
  /** As whom statements ran when it began: going back to a savepoint takes settings back, too. */
  readonly told: string;
  isFailed: boolean;
  isDone: boolean;
  /** It has savepoints of its own, so that it goes on after a statement of it failed. */
  hasOwn: boolean;
  /** Somebody else wrote since it began: what goes back to it would take that along. */
  hasForeign: boolean;
};

const login: Voice = { role: null, organization: '' };

let transactionCount = 0;
const atWork = new AsyncLocalStorage<OneTransaction | null>();

/**
 * The transaction in which everything runs just now; null when everybody has their own. What goes on after all of it was
 * taken back gets it, too, and is refused: somebody was told that nothing was done.
 */
export function currentTransaction(): OneTransaction | null {
  const transaction = atWork.getStore() ?? null;
  return transaction?.isOpen || transaction?.isTakenBack ? transaction : null;
}

/** Runs `work`, and what it awaits, in this transaction, or with null in none. */
export const withinTransaction = <Result>(transaction: OneTransaction | null, work: () => Result): Result =>
  atWork.run(transaction, work);

/** Runs `work` once it is known that what was written stays: now, or after the commit. Never after a rollback. */
export function afterCommit(work: () => void): void {
  const transaction = currentTransaction();
  if (transaction) transaction.after(work);
  else work();
}

/** The same connections for what is to stay whatever becomes of the transaction at work, and for what nobody waits for. */
export function outsideOf(pool: pg.Pool): Pick<pg.Pool, 'query' | 'connect'> {
  return {
    query: ((...args: Parameters<pg.Pool['query']>) => atWork.run(null, () => pool.query(...args))) as never,
    connect: ((...args: Parameters<pg.Pool['connect']>) => atWork.run(null, () => pool.connect(...args))) as never,
  };
}

/**
 * One transaction on one connection, which pools hand out while it is at work. What somebody begins in it is a savepoint;
 * a statement outside of any has a savepoint of its own, so that one that fails takes nothing else along. Statements run
 * one after the other, each as whom it is asked for. The savepoints around a statement travel with it and nobody waits for
 * them, which takes a pool that is a pipeline (`openRequestPool`).
 */
export class OneTransaction {
  /** No other of this process has the same. */
  readonly name = `${(transactionCount += 1)}`;
  readonly #client: pg.PoolClient;
  readonly #frames: Frame[] = [];
  readonly #after: (() => void)[] = [];
  readonly #onBroken = (error: Error) => this.#doom(error);
  #state: 'open' | 'ending' | 'ended' = 'open';
  #isTakenBack = false;
  /** Why it may not be committed any more. */
  #doomed: Error | null = null;
  #told = tell(login);
  #tail: Promise<unknown> = Promise.resolve();
  #count = 0;

  private constructor(client: pg.PoolClient) {
    this.#client = client;
    client.on('error', this.#onBroken);
  }

  static async begin(pool: pg.Pool): Promise<OneTransaction> {
    const client = await atWork.run(null, () => pool.connect());
    try {
      await client.query('begin');
    } catch (error) {
      client.release(error instanceof Error ? error : true);
      throw error;
    }
    return new OneTransaction(client);
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Whether it was rolled back, or is about to be. */
  get isTakenBack(): boolean {
    return this.#isTakenBack;
  }

  /** Statements of the transaction's owner, as the login, on one way there and back. After one that fails, roll back. */
  query(...statements: Statement[]): Promise<Answer[]> {
    return this.#inTurn(() => {
      this.#speakAs(login);
      return this.#all(statements);
    });
  }

  /** What a pool gives instead of a connection of its own. */
  connect(voice: Voice): pg.PoolClient {
    return new Lease(voice, (lease, statement) =>
      this.#inTurn(() => {
        if (!this.isOpen) throw new Error('The transaction that this statement belongs to is over.');
        return this.#run(lease, statement);
      }),
    ) as unknown as pg.PoolClient;
  }

  after(work: () => void): void {
    this.#after.push(work);
  }

  /**
   * Waits for the statement that runs, runs the owner's `last` ones, and commits. Rolls back, and throws, when that is not
   * possible as a whole.
   */
  async commit(last: readonly Statement[] = []): Promise<void> {
    this.#state = 'ending';
    await this.#tail;
    const open = this.#frames.find((frame) => !frame.isDone);
    if (open) this.#doom(new Error('Something of this request had not ended its transaction.'));
    if (this.#doomed) {
      await this.rollback();
      throw this.#doomed;
    }
    try {
      this.#speakAs(login);
      const answers = await this.#all([...last, { text: 'commit' }]);
      // A transaction that has failed takes `commit` for a rollback.
      if (answers.at(-1)?.command !== 'COMMIT') throw new Error('The transaction was lost.');
    } catch (error) {
      // Whether it was committed nobody knows; without a connection it cannot go on either way.
      this.#end(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
    this.#end();
    atWork.run(null, () => this.#after.forEach((work) => work()));
  }

  /** Takes everything back. Never throws. */
  async rollback(): Promise<void> {
    if (this.#state === 'ended') return;
    this.#state = 'ending';
    this.#isTakenBack = true;
    await this.#tail;
    try {
      await this.#client.query('rollback');
      this.#end();
    } catch (error) {
      this.#end(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #end(broken?: Error): void {
    this.#state = 'ended';
    this.#client.off('error', this.#onBroken);
    this.#client.release(broken);
  }

  #doom(error: Error): void {
    this.#doomed ??= error;
  }

  /** One after the other, without waiting in between. Throws what went wrong first. */
  async #all(statements: readonly Statement[]): Promise<Answer[]> {
    const sent = statements.map((statement) => this.#client.query(statement));
    const failed = (await Promise.allSettled(sent)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
    return Promise.all(sent);
  }

  /** What nobody waits for: whatever comes after it fails, too, should it fail. */
  #send(text: string): void {
    this.#client.query(text).catch((cause: unknown) => this.#doom(new Error('The transaction was lost.', { cause })));
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => {});
    return result;
  }

  async #run(lease: Lease, statement: Statement): Promise<Answer> {
    if (this.#doomed) throw this.#doomed;
    const word = /^\s*([a-z]+)(?:\s+(?:work|transaction))?\s*(;|\bto\b)?/i.exec(statement.text);
    const kind = word?.[1]?.toLowerCase() ?? '';
    const frame = this.#frames.findLast((one) => one.lease === lease && !one.isDone);
    if (kind === 'begin' || kind === 'start') return this.#begin(lease);
    if (kind === 'commit' || kind === 'end') return this.#finish(frame, false);
    if (kind === 'rollback' && word?.[2]?.toLowerCase() !== 'to') return this.#finish(frame, true);
    if (kind !== 'select')
      for (const other of this.#frames) if (other !== frame && !other.isDone) other.hasForeign = true;
    if (!frame) return this.#alone(lease.voice, statement);
    if (kind === 'savepoint') frame.hasOwn = true;
    // Settings of after the savepoint are gone with it.
    if (kind === 'rollback') this.#told = unknown;
    return this.#inFrame(frame, statement);
  }

  #begin(lease: Lease): Answer {
    const name = `inner_${(this.#count += 1)}`;
    this.#send(`savepoint ${name}`);
    const told = this.#told;
    this.#frames.push({ name, lease, told, isFailed: false, isDone: false, hasOwn: false, hasForeign: false });
    return nothing;
  }

  async #finish(frame: Frame | undefined, isRollback: boolean): Promise<Answer> {
    if (!frame) return nothing;
    if (isRollback && !frame.isFailed) await this.#back(frame);
    frame.isDone = true;
    while (this.#frames.at(-1)?.isDone) {
      const { name } = this.#frames.pop() as Frame;
      this.#send(`release savepoint ${name}`);
    }
    return nothing;
  }

  /** Takes back what was done since a frame began; never the work of anybody else without a word. */
  async #back(frame: Frame): Promise<void> {
    const isMixed = frame.hasForeign || this.#frames.some((one) => one !== frame && this.#isLater(one, frame));
    if (isMixed) {
      this.#doom(new Error('Two transactions of one request ran across each other, and one of them failed.'));
      throw this.#doomed ?? new Error('unreachable');
    }
    await this.#client.query(`rollback to savepoint ${frame.name}`);
    this.#told = frame.told;
  }

  #isLater(one: Frame, frame: Frame): boolean {
    return this.#frames.indexOf(one) > this.#frames.indexOf(frame);
  }

  async #inFrame(frame: Frame, statement: Statement): Promise<Answer> {
    if (frame.isFailed) throw new Error('This transaction has failed: statements are ignored until it ends.');
    try {
      this.#speakAs(frame.lease.voice);
      return await this.#client.query(statement);
    } catch (error) {
      if (!frame.hasOwn) {
        frame.isFailed = true;
        // What somebody else asks meanwhile must not fail with it. Where that cannot be, the whole is lost.
        await this.#back(frame).catch((cause: unknown) =>
          this.#doom(cause instanceof Error ? cause : new Error('lost', { cause })),
        );
      }
      throw error;
    }
  }

  /** A statement by itself. */
  async #alone(voice: Voice, statement: Statement): Promise<Answer> {
    const told = this.#told;
    this.#send('savepoint alone');
    this.#speakAs(voice);
    const answered = this.#client.query(statement);
    const [answer, released] = await Promise.allSettled([answered, this.#client.query('release savepoint alone')]);
    if (answer.status === 'fulfilled' && released.status === 'fulfilled') return answer.value;
    if (released.status === 'rejected') {
      this.#told = told;
      await this.#all([{ text: 'rollback to savepoint alone' }, { text: 'release savepoint alone' }]).catch(
        (cause: unknown) => this.#doom(new Error('The transaction was lost.', { cause })),
      );
    }
    throw answer.status === 'rejected' ? answer.reason : (released as PromiseRejectedResult).reason;
  }

  #speakAs(voice: Voice): void {
    const told = tell(voice);
    if (told === this.#told) return;
    // Should it fail, so does what is said with it.
    this.#client.query(speech(voice)).catch(() => {});
    this.#told = told;
  }
}

const nothing = { command: '', rowCount: null, oid: 0, fields: [], rows: [] } as Answer;

/** Holds until the transaction ends, or goes back to a savepoint before it. */
const speech = ({ role, organization }: Voice) => ({
  name: 'speak-as',
  text: `select set_config('role', $1, true), set_config('app.organization_id', $2, true)`,
  values: [role ?? 'none', organization],
});

const unknown = 'unknown';

const tell = ({ role, organization }: Voice) => `${role ?? ''} ${organization}`;

/** Looks like a connection that a pool gave. */
class Lease extends EventEmitter {
  readonly voice: Voice;
  readonly #run: (lease: Lease, statement: Statement) => Promise<Answer>;

  constructor(voice: Voice, run: (lease: Lease, statement: Statement) => Promise<Answer>) {
    super();
    this.voice = voice;
    this.#run = run;
  }

  query(...args: unknown[]): Promise<Answer> | undefined {
    const [first, ...rest] = args;
    const callback = args.findLast((one) => typeof one === 'function') as ((...answer: unknown[]) => void) | undefined;
    const values = rest.find((one) => Array.isArray(one)) as unknown[] | undefined;
    const statement = {
      ...(typeof first === 'string' ? { text: first } : (first as Statement)),
      ...(values && { values }),
    };
    const running = this.#run(this, statement);
    if (!callback) return running;
    callbackify(() => running)(callback as never);
  }

  /** Whoever gives it back in the middle of a transaction meant to give it up. */
  release(): void {
    this.#run(this, { text: 'rollback' }).catch(() => {});
  }
}
