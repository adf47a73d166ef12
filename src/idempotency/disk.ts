import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Libsql from 'libsql';
import { wallClockNow } from '../util/clocks.ts';
import type { Claim, ExistingRecord, IdempotencyStore } from './store.ts';

interface DiskOptions {
  /** The wall clock, in milliseconds since the epoch, as later processes read the records. @default real time */
  now?: () => number;
  /** True if other processes use the file: their unfinished writes are left as they are. @default false */
  isShared?: boolean;
}

/** A row of the table. Times are in milliseconds since the epoch. */
interface Row {
  input: string;
  state: ExistingRecord['state'];
  result: string | null;
  /** End of the lease, after which the write counts as lost. */
  until: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS records (
    id TEXT PRIMARY KEY, token TEXT NOT NULL, input TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('under-way', 'unknown', 'done')), result TEXT,
    until INTEGER NOT NULL, expires INTEGER NOT NULL, CHECK ((state = 'done') = (result IS NOT NULL))) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS recordsByExpiry ON records (expires);
`;

/** Maximum wait for a lock of another process on the file, in milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Records in a SQLite file, for the processes of a gateway on one machine. Opening the file sets the outcome of all
 * unfinished writes of earlier processes to unknown, unless it is shared. Each change blocks the event loop for one write
 * to the disk, and for those of other processes before it.
 *
 * @param file Path of the file, whose directory is created if missing, or `memory`.
 * @throws Error when the file cannot be opened or is not a SQLite file.
 */
export function openDiskStore(
  file: string,
  { now = wallClockNow, isShared = false }: DiskOptions = {},
): IdempotencyStore {
  const connection = open(file);
  if (!isShared) connection.exec(`UPDATE records SET state = 'unknown' WHERE state = 'under-way'`);

  const prune = connection.prepare<[number]>('DELETE FROM records WHERE expires <= ?');
  const find = connection.prepare<[string, string]>(
    'SELECT input, state, result, until FROM records WHERE id = ? AND token <> ?',
  );
  const upsert = connection.prepare<(string | number | null)[]>(`
    INSERT INTO records (id, token, input, state, result, until, expires) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, result = excluded.result WHERE token = excluded.token`);
  const remove = connection.prepare<[string, string]>('DELETE FROM records WHERE id = ? AND token = ?');

  const write = (
    { id, token, input, lease, lifetime }: Claim,
    state: ExistingRecord['state'],
    result: string | null = null,
  ) => upsert.run(id, token, input, state, result, now() + lease, now() + lifetime).changes;

  const claim = connection.transaction((claim: Claim): Awaited<ReturnType<IdempotencyStore['claim']>> => {
    prune.run(now());
    // The driver does not type the columns of a statement.
    const row = find.get(claim.id, claim.token) as Row | undefined;
    if (row) return toRecord(row, now());
    write(claim, 'under-way');
    return { state: 'claimed' };
  });

  return {
    claim: async (requested) => claim.immediate(requested),
    async recordOutcome(claim, outcome) {
      const changes = write(claim, outcome.state, outcome.state === 'done' ? outcome.result : null);
      if (changes === 0) throw new Error('The record belongs to another claim: the record of this one had expired.');
    },
    async release({ id, token }) {
      remove.run(id, token);
    },
    async close() {
      connection.pragma('wal_checkpoint(TRUNCATE)');
      connection.close();
    },
  };
}

function open(file: string): Libsql.Database {
  let connection: Libsql.Database | undefined;
  try {
    if (file !== 'memory') mkdirSync(dirname(file), { recursive: true });
    connection = new Libsql(file === 'memory' ? ':memory:' : file);
    // FULL: a commit is on the disk before it is acknowledged, so it survives a power failure.
    connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;`);
    connection.exec(SCHEMA);
    return connection;
  } catch (cause) {
    connection?.close();
    throw new Error(
      `Idempotency records cannot be kept in "${file}": ${cause instanceof Error ? cause.message : cause}. Expected a SQLite file of this gateway, or no file yet, in a writable directory.`,
      { cause },
    );
  }
}

function toRecord({ input, state, result, until }: Row, now: number): ExistingRecord {
  if (state === 'under-way') return { state, input, leaseLeft: until - now };
  if (state === 'unknown') return { state, input };
  if (result === null)
    throw new Error('Expected a result in an idempotency record with the state "done", but it has none.');
  return { state, input, result };
}
