import { readFile } from 'node:fs/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum, bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';

export type { SchemaEngine };

export type EngineOptions = {
  /** May add statements to a script; they run in the script's own transaction. */
  amendScript?: (script: string) => string;
};

export type OpenEngine = AsyncDisposable & {
  readonly engine: SchemaEngine;
  /** What PostgreSQL said about the last script that failed; the engine itself only says that one did. */
  readonly scriptError: pg.DatabaseError | null;
};

/** What every command of the engine asks for: nothing is left out. */
export const noFilters = { externalTables: [], externalEnums: [] };

/**
 * Opens Prisma's own schema engine on a database. It is the WebAssembly build, because the native one is downloaded
 * when it is first needed and this must work with no internet.
 */
export async function openSchemaEngine(url: string, options: EngineOptions = {}): Promise<OpenEngine> {
  const { SchemaEngine } = await loadModule();
  const pool = new pg.Pool({ connectionString: url, max: 2, connectionTimeoutMillis: 5_000 });
  // A pool without a listener turns a lost idle connection into a crash; the next statement reports it anyway.
  pool.on('error', () => {});
  let scriptError: pg.DatabaseError | null = null;
  const runScript = async (script: string) => {
    await pool.query(options.amendScript?.(script) ?? script).catch((error: unknown) => {
      if (error instanceof pg.DatabaseError) scriptError = error;
      throw error;
    });
  };
  const factory = bindMigrationAwareSqlAdapterFactory(completed(new PrismaPg(pool), pool, runScript));
  const engine = await SchemaEngine.new({ datamodels: undefined }, () => {}, factory);
  return {
    engine,
    get scriptError() {
      return scriptError;
    },
    async [Symbol.asyncDispose]() {
      engine.free();
      await pool.end();
    },
  };
}

/** Two things the adapter leaves undone, because Prisma's own command line uses the native engine instead. */
function completed(
  factory: PrismaPg,
  pool: pg.Pool,
  runScript: (script: string) => Promise<void>,
): SqlMigrationAwareDriverAdapterFactory {
  const charColumns = rememberCharColumns(pool);
  const complete = (adapter: SqlDriverAdapter): SqlDriverAdapter => {
    // It cuts scripts at every semicolon, which breaks function bodies, and runs the pieces one by one. Sent whole,
    // PostgreSQL parses the script itself and runs it as one transaction: a migration that fails leaves nothing.
    adapter.executeScript = runScript;
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => {
      const result = await queryRaw(query);
      for (const column of charColumns.get(result.rows) ?? []) result.columnTypes[column] = ColumnTypeEnum.Character;
      return result;
    };
    return adapter;
  };
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => complete(await factory.connect()),
    connectToShadowDb: () => factory.connectToShadowDb(),
  };
}

/**
 * PostgreSQL's catalogue is full of the one-byte type "char" (number 18), which the adapter refuses and the engine
 * insists on. The adapter is told "text"; the result says which columns of these rows must be called characters again.
 */
function rememberCharColumns(pool: pg.Pool): WeakMap<object, number[]> {
  const columns = new WeakMap<object, number[]>();
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<pg.QueryResult>;
  pool.query = (async (...args: unknown[]) => {
    const result = await query(...args);
    const found = (result.fields ?? []).flatMap((field, index) => (field.dataTypeID === 18 ? [index] : []));
    for (const index of found) result.fields[index]!.dataTypeID = pg.types.builtins.TEXT;
    if (found.length > 0) columns.set(result.rows, found);
    return result;
  }) as typeof pool.query;
  return columns;
}

type EngineModule = typeof import('@prisma/schema-engine-wasm/schema_engine_bg');
let loaded: Promise<EngineModule> | undefined;

// The package's own entry imports the .wasm file as a module, which Node does only behind a flag.
const loadModule = () =>
  (loaded ??= (async () => {
    const glue: EngineModule & { __wbg_set_wasm(exports: WebAssembly.Exports): void } =
      await import('@prisma/schema-engine-wasm/schema_engine_bg');
    const module = await WebAssembly.compile(
      await readFile(
        new URL('schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg')),
      ),
    );
    const instance = await WebAssembly.instantiate(module, {
      './schema_engine_bg.js': { ...glue, ...ourTimers(glue) },
    } as unknown as WebAssembly.Imports);
    glue.__wbg_set_wasm(instance.exports);
    (instance.exports['__wbindgen_start'] as () => void)();
    // Where the engine looks for a way to tell that it crashed.
    Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: crash } });
    return glue;
  })());

/** The engine never clears its deadlines, and each would keep the process from ending for ten seconds. */
const ourTimers = (glue: object) =>
  Object.fromEntries(
    Object.keys(glue)
      .filter((name) => name.startsWith('__wbg_setTimeout_'))
      .map((name) => [name, (callback: () => void, delayMs: number) => setTimeout(callback, delayMs).unref()]),
  );

function crash(message: string): never {
  throw new Error(`Prisma's schema engine crashed: ${message}`);
}
