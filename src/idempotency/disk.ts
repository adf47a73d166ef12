import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Libsql from 'libsql';
import { wallClockNow } from '../util/clocks.ts';
import type { Claim, IdempotencyStore, Recorded } from './store.ts';

interface DiskOptions {
  /** The wall clock, in milliseconds since the epoch: later processes read the records. @default real time */
  now?: () => number;
}

/** A row, with its times in milliseconds since the epoch. */
interface Row {
  input: string;
  state: Recorded['state'];
  result: string | null;
  /** When the write counts as lost. */
  until: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS records (
    id TEXT PRIMARY KEY, token TEXT NOT NULL, input TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('under-way', 'unknown', 'done')), result TEXT,
    until INTEGER NOT NULL, expires INTEGER NOT NULL, CHECK ((state = 'done') = (result IS NOT NULL))) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS recordsByExpiry ON records (expires);
`;

/** Milliseconds that a change waits for another process that changes the same file. */
const BUSY_TIMEOUT = 5_000;

/**
 * Records in a SQLite file, for a gateway of one process. What an earlier process left under way has an unknown outcome
 * from the moment this one opens the file. Each change blocks the process for one write to the disk.
 *
 * @param file Path of the file, whose folder is created too, or `memory`.
 * @throws Error when the file cannot be opened or is something else.
 */
export function openDiskStore(file: string, { now = wallClockNow }: DiskOptions = {}): IdempotencyStore {
  const connection = open(file);
  connection.exec(`UPDATE records SET state = 'unknown' WHERE state = 'under-way'`);

  const prune = connection.prepare<[number]>('DELETE FROM records WHERE expires <= ?');
  const find = connection.prepare<[string, string]>(
    'SELECT input, state, result, until FROM records WHERE id = ? AND token <> ?',
  );
  const put = connection.prepare<(string | number | null)[]>(`
    INSERT INTO records (id, token, input, state, result, until, expires) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, result = excluded.result WHERE token = excluded.token`);
  const remove = connection.prepare<[string, string]>('DELETE FROM records WHERE id = ? AND token = ?');

  const write = (
    { id, token, input, lease, lifetime }: Claim,
    state: Recorded['state'],
    result: string | null = null,
  ) => put.run(id, token, input, state, result, now() + lease, now() + lifetime).changes;

  const claim = connection.transaction((claim: Claim): Awaited<ReturnType<IdempotencyStore['claim']>> => {
    prune.run(now());
    // The driver cannot know a statement's columns.
    const row = find.get(claim.id, claim.token) as Row | undefined;
    if (row) return recorded(row, now());
    write(claim, 'under-way');
    return { state: 'claimed' };
  });

  return {
    claim: async (wanted) => claim.immediate(wanted),
    async settle(claim, outcome) {
      const changes = write(claim, outcome.state, outcome.state === 'done' ? outcome.result : null);
      if (changes === 0) throw new Error('Another claim has the record: this one had outlived its own.');
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
  try {
    if (file !== 'memory') mkdirSync(dirname(file), { recursive: true });
    const connection = new Libsql(file === 'memory' ? ':memory:' : file);
    // FULL: a commit is on the disk before it is acknowledged, even when the power fails.
    connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;`);
    connection.exec(SCHEMA);
    return connection;
  } catch (cause) {
    throw new Error(
      `Idempotency records cannot be kept in "${file}": ${cause instanceof Error ? cause.message : cause}. Expected a SQLite file of this gateway, or none yet, in a folder that it may write to.`,
      { cause },
    );
  }
}

function recorded({ input, state, result, until }: Row, now: number): Recorded {
  if (state === 'under-way') return { state, input, leaseLeft: until - now };
  if (state === 'unknown') return { state, input };
  if (result === null) throw new Error('A record says that its write is done, but holds no result.');
  return { state, input, result };
}
