import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Libsql from 'libsql';
import { checkDatabase, checkDirectory, errorMessage } from '../util/data-file.ts';
import { ConfigError } from '../util/environment.ts';

/** A value of a column. */
type Value = string | number | null | Uint8Array;

/** Synchronous access to the sandbox's SQLite store. Values are always bound, never part of the SQL text. */
export interface Database {
  /** Returns the first row, or undefined. */
  get<Row>(sql: string, ...values: Value[]): Row | undefined;
  /** Returns all rows. Blobs are returned as `ArrayBuffer`; read a blob with {@link Database.get}. */
  all<Row>(sql: string, ...values: Value[]): Row[];
  /** Changes rows, and returns their number. */
  run(sql: string, ...values: Value[]): number;
  /** Runs statements atomically; they are on disk when it returns. Nested transactions join the outer one. */
  transaction<Result>(work: () => Result): Result;
  close(): void;
}

// Soft-deleted rows keep their sequence, so that a cursor survives the deletion of its document. The tables of images keep
// their names, because existing files contain them.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS models (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL,
    displayName TEXT NOT NULL, customModelType TEXT NOT NULL, createdAt INTEGER NOT NULL, deletedAt INTEGER);
  CREATE INDEX IF NOT EXISTS modelsByOwner ON models (owner, sequence);
  CREATE TABLE IF NOT EXISTS pictures (
    id TEXT PRIMARY KEY, contentType TEXT NOT NULL, bytes BLOB, recipe TEXT, CHECK (bytes IS NOT NULL OR recipe IS NOT NULL));
  CREATE TABLE IF NOT EXISTS dataItems (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, model TEXT NOT NULL REFERENCES models (id),
    picture TEXT NOT NULL REFERENCES pictures (id), createdAt INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS dataItemsByModel ON dataItems (model, sequence);
  CREATE INDEX IF NOT EXISTS dataItemsByPicture ON dataItems (picture);
  CREATE TABLE IF NOT EXISTS trainings (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, model TEXT NOT NULL REFERENCES models (id),
    triggerWord TEXT NOT NULL UNIQUE, request TEXT NOT NULL, createdAt INTEGER NOT NULL, duration INTEGER NOT NULL,
    failure TEXT, cancelRequestedAt INTEGER, deletedAt INTEGER);
  CREATE INDEX IF NOT EXISTS trainingsByModel ON trainings (model, sequence);
  CREATE TABLE IF NOT EXISTS trainingPictures (
    training TEXT NOT NULL REFERENCES trainings (id), position INTEGER NOT NULL,
    picture TEXT NOT NULL REFERENCES pictures (id), PRIMARY KEY (training, position)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS trainingPicturesByPicture ON trainingPictures (picture);
  CREATE TABLE IF NOT EXISTS predictions (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, request TEXT NOT NULL,
    createdAt INTEGER NOT NULL, duration INTEGER NOT NULL, failure TEXT, deletedAt INTEGER);
  CREATE INDEX IF NOT EXISTS predictionsByOwner ON predictions (owner, sequence);
  CREATE TABLE IF NOT EXISTS predictionTrainings (
    prediction TEXT NOT NULL REFERENCES predictions (id), training TEXT NOT NULL REFERENCES trainings (id),
    PRIMARY KEY (prediction, training)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS predictionImages (
    prediction TEXT NOT NULL REFERENCES predictions (id), position INTEGER NOT NULL, bytes BLOB NOT NULL,
    PRIMARY KEY (prediction, position));
`;

/** Maximum wait of a write for another process that writes to the same file, in milliseconds. */
const BUSY_TIMEOUT = 5_000;

/**
 * Opens the store, and creates missing tables.
 *
 * @param storage Path of the SQLite file, or `memory`. A missing folder is created.
 * @throws ConfigError if the file cannot be opened or is not a SQLite file.
 */
export function openDatabase(storage: string): Database {
  const connection = connect(storage);

  const statements = new Map<string, Libsql.Statement<Value[]>>();
  const prepare = (sql: string) => {
    const known = statements.get(sql);
    if (known) return known;
    const statement = connection.prepare<Value[]>(sql);
    statements.set(sql, statement);
    return statement;
  };

  return {
    // The driver does not type a statement's columns; the caller passes the row type.
    get: <Row>(sql: string, ...values: Value[]) => prepare(sql).get(...values) as Row | undefined,
    all: <Row>(sql: string, ...values: Value[]) => prepare(sql).all(...values) as Row[],
    run: (sql, ...values) => prepare(sql).run(...values).changes,
    transaction: (work) => (connection.inTransaction ? work() : connection.transaction(work).immediate()),
    close: () => {
      statements.clear();
      connection.pragma('wal_checkpoint(TRUNCATE)');
      connection.close();
    },
  };
}

function connect(storage: string): Libsql.Database {
  let connection: Libsql.Database | undefined;
  try {
    if (storage !== 'memory') mkdirSync(dirname(storage), { recursive: true });
    connection = new Libsql(storage === 'memory' ? ':memory:' : storage);
    // FULL: a commit is on disk before it returns, even after a power failure.
    connection.exec(
      `PRAGMA busy_timeout = ${BUSY_TIMEOUT}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;`,
    );
    connection.exec(SCHEMA);
    return connection;
  } catch (error) {
    connection?.close();
    throw new ConfigError([unusable(storage, errorMessage(error))]);
  }
}

/** Reports why the store cannot be opened: no sentence, or one. */
export function storageMistakes(storage: string | undefined): string[] {
  if (storage === undefined || storage === 'memory') return [];
  const problem = checkDirectory(dirname(storage)) ?? checkDatabase(storage);
  return problem === undefined ? [] : [unusable(storage, problem)];
}

const unusable = (storage: string, problem: string): string =>
  `\`SANDBOX_STORAGE\` must name a SQLite file of the sandbox, or none yet, in a directory that it may write to, but "${storage}" cannot be used: ${problem}. Move it away, or set \`SANDBOX_STORAGE=memory\`.`;

/** The store's secret for signing URLs; created once, so that signed URLs stay valid after a restart. */
export function signingSecret(database: Database): string {
  database.run(`INSERT OR IGNORE INTO settings (name, value) VALUES ('secret', ?)`, randomBytes(32).toString('hex'));
  const row = database.get<{ value: string }>(`SELECT value FROM settings WHERE name = 'secret'`);
  if (!row) throw new Error('The signing secret is missing in the store.');
  return row.value;
}
