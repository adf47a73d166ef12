import type { Arguments, FieldCost, Reads } from '../src/limits/cost.ts';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from './connection.ts';

/**
 * The costs that fields declare in their extensions: upper bounds on their upstream requests, assuming that list rows
 * are complete. Requests that cannot be known in advance are not counted: retries, requests for pages that are shorter
 * than usual, and the polls of a watched job after the first, which all its listeners share and which have their own
 * settings.
 */

/** Usual number of rows on an upstream page. */
export const ROWS_PER_PAGE = 20;
/** Maximum page size, and maximum number of ids, in one request of a client. */
export const MAX_ITEMS = MAX_PAGE_SIZE;
/** Maximum number of pages of one list that all filtered fields of a response scan together. */
export const MAX_SCANNED_PAGES = 5;

/** Maximum number of jobs that `activeJobs` returns if `first` is omitted. */
export const DEFAULT_ACTIVE_JOBS = 50;
/** Maximum number of pages of models scanned for `activeJobs`. */
export const ACTIVE_MODEL_PAGES = 2;
/** Maximum number of models of which `activeJobs` scans one page of trainings. */
export const MAX_ACTIVE_MODELS = ACTIVE_MODEL_PAGES * ROWS_PER_PAGE;
/** Maximum number of predictions, and of trainings, read by id for `activeJobs` because list rows have no status. */
export const ACTIVE_STATUS_READS = 20;

/** The cost of a field that causes no upstream requests, or of a type whose fields cause none. */
export const FREE: FieldCost = {};

const pageSizeOf = ({ first }: Arguments): number =>
  Math.min(MAX_ITEMS, Math.max(1, typeof first === 'number' ? first : DEFAULT_PAGE_SIZE));
const idsOf = (args: Arguments): string[] => listOf(args, 'ids').map(String).slice(0, MAX_ITEMS);

/** A list in arguments or in an input; empty if it is missing or invalid. */
export const listOf = (object: unknown, name: string): unknown[] => {
  const value = typeof object === 'object' && object !== null ? Reflect.get(object, name) : undefined;
  return Array.isArray(value) ? value : [];
};

/** Pages of a list. After a cursor, the first of them may be a partial page. */
const pages = (list: string, args: Arguments): Reads => ({
  [`${list} ${args.after ?? ''}`]: Math.ceil(pageSizeOf(args) / ROWS_PER_PAGE) + (args.after ? 1 : 0),
});

/** The cost of a connection to a list. */
export const connection = (list: string): FieldCost => ({ reads: (args) => pages(list, args), maxItems: pageSizeOf });
/** The cost of a connection that scans the list of all predictions. */
export const scannedConnection: FieldCost = { readsOnce: { scan: MAX_SCANNED_PAGES }, maxItems: pageSizeOf };
/**
 * The cost of a connection to a list that is scanned only if a filter is given.
 *
 * @param scan Name of the scan, which all filtered fields of this list share.
 * @param filters Names of the arguments that filter.
 */
export const filteredConnection = (list: string, scan: string, filters: readonly string[]): FieldCost => {
  const isFiltered = (args: Arguments) => filters.some((name) => args[name] != null && args[name] !== '');
  return {
    reads: (args) => (isFiltered(args) ? {} : pages(list, args)),
    readsOnce: (args) => (isFiltered(args) ? { [scan]: MAX_SCANNED_PAGES } : {}),
    maxItems: pageSizeOf,
  };
};

/** The cost of a scan for unfinished jobs. It reads statuses by id if list rows are incomplete, so these are counted. */
export const activeJobsCost: FieldCost = {
  readsOnce: {
    scan: MAX_SCANNED_PAGES,
    activeModels: ACTIVE_MODEL_PAGES,
    activeTrainings: MAX_ACTIVE_MODELS,
    activeStatuses: 2 * ACTIVE_STATUS_READS,
  },
  maxItems: ({ first }) => pageSizeOf({ first: first ?? DEFAULT_ACTIVE_JOBS }),
};

/** The cost of the object with the id in the argument `id`. */
export const byId: FieldCost = { reads: ({ id }) => ({ [String(id)]: 1 }) };
/** The cost of the objects with the ids in the argument `ids`. */
export const byIds: FieldCost = {
  reads: (args) => Object.fromEntries(idsOf(args).map((id) => [id, 1])),
  maxItems: (args) => new Set(idsOf(args)).size,
};

/** The cost of the first page of a model's trainings, under the same name as in the cost of the connection. */
export const firstTrainingsPage: FieldCost = { reads: pages('trainings', {}) };

/** The cost of one read, shared by the fields of an object that read the same name. */
export const oneRead = (name: string): FieldCost => ({ reads: { [name]: 1 } });
export const oneWrite = oneRead('write');
/** Number of distinct items of a bulk operation, from its input. Invalid arguments count as one item. */
export const itemsIn = ({ input }: Arguments, name: string): number =>
  Math.min(MAX_ITEMS, Math.max(1, new Set(listOf(input, name)).size));
/** The cost of one write per item of a list in the input, and of the selection on each outcome. */
export const writeEach = (name: string): FieldCost => ({
  reads: (args) => ({ write: itemsIn(args, name) }),
  maxItems: (args) => itemsIn(args, name),
});
/** The cost of completing the partial object in the response to a write. */
export const writeResult = oneRead('result');

/** The cost of the model that an object belongs to. */
export const parentModel: FieldCost = { ...oneRead('model'), freeBelow: 'Model' };
