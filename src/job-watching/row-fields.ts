import type { JobRow } from '../upstream/jobs.ts';

/** The fields that change while a job runs. All others are settings of the job. */
const VARIABLE: ReadonlySet<string> = new Set(['status', 'progress', 'finishedAt', 'error', 'images', 'triggerWord']);
/** Properties that are no fields of the upstream. */
const OWN: ReadonlySet<string> = new Set(['kind', 'id', 'modelId', 'malformed']);

const isPresent = (value: unknown): boolean => value !== undefined && value !== null;

/**
 * The fields that the upstream returns for jobs of each kind and state, when read by id and in lists. A list whose rows
 * carry the same fields replaces reads by id.
 */
export class RowFields {
  readonly #byId = new Map<string, Set<string>>();
  readonly #listed = new Map<string, Set<string>>();

  /** True once a job of this kind was read by id. */
  hasRead(kind: JobRow['kind']): boolean {
    return [...this.#byId.keys()].some((group) => group.startsWith(kind));
  }

  /** Records the fields of a job that was read by id. */
  addRead(row: JobRow): void {
    add(this.#byId, row);
  }

  /** Records the fields of a row of a list. */
  addListed(row: JobRow): void {
    add(this.#listed, row);
  }

  /**
   * Determines if a read by id would add nothing to a row of a list. Undefined if no job in its state was read by id yet.
   *
   * @param known The job as read before. Its settings do not change.
   */
  isComplete(row: JobRow, known: JobRow | undefined): boolean | undefined {
    const group = groupOf(row);
    const byId = this.#byId.get(group);
    if (!byId) return undefined;
    // The upstream may report that a prediction is completed before its images.
    if (row.kind === 'Prediction' && row.status?.state === 'COMPLETED' && !row.images?.length) return false;
    if (row.malformed && Object.keys(row.malformed).some((field) => VARIABLE.has(field) || !known)) return false;
    const listed = this.#listed.get(group);
    for (const field of byId) if (!listed?.has(field) && (VARIABLE.has(field) || !known)) return false;
    return true;
  }
}

/** Adds a row of a list to the job as known before: settings as known, all other fields as listed. */
export function withListed<Row extends JobRow>(known: Row | undefined, row: Row): Row {
  if (!known) return row;
  const merged: Row = { ...known };
  for (const field of Object.keys(row) as (keyof Row & string)[]) {
    if (isPresent(row[field]) && !OWN.has(field) && (VARIABLE.has(field) || !isPresent(known[field])))
      merged[field] = row[field];
  }
  return merged;
}

const RANKS = { QUEUED: 0, PROCESSING: 1, UNKNOWN: 1, COMPLETED: 2, FAILED: 2, CANCELED: 2 } as const;

/** True if a row seems to be older than the known state, for example because the list is updated later than its jobs. */
export function isOlder({ status, progress }: JobRow, known: JobRow | undefined): boolean {
  if (!status || !known?.status) return false;
  const [rank, knownRank] = [RANKS[status.state], RANKS[known.status.state]];
  return rank < knownRank || (rank === knownRank && (progress ?? 1) < (known.progress ?? 0));
}

const groupOf = ({ kind, status }: JobRow): string => `${kind} ${status?.state}`;

function add(groups: Map<string, Set<string>>, row: JobRow): void {
  const group = groupOf(row);
  const fields = groups.get(group) ?? new Set();
  groups.set(group, fields);
  for (const [field, value] of Object.entries(row)) if (isPresent(value) && !OWN.has(field)) fields.add(field);
}
