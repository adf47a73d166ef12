import type { Context } from '../src/operations/context.ts';
import type { JobState } from '../src/upstream/decode/job-status.ts';
import type { ModelRow } from '../src/upstream/models.ts';
import type { PredictionRow } from '../src/upstream/predictions.ts';
import type { List } from './connection.ts';
import { MAX_SCANNED_PAGES } from './costs.ts';

/** The part of a list that filters it: nothing without a filter, so that the whole list can be read. */
type Filter<Row> = Pick<List<Row>, 'filter' | 'mayReadPage'>;

/** Filters models by a text in their name, whatever its case and its Unicode form. */
export function filterModels(nameContains: string | null | undefined, ctx: Context): Filter<ModelRow> {
  if (!nameContains) return {};
  const wanted = folded(nameContains);
  return {
    filter: async (row) => folded((await ctx.loaders.field(row, 'displayName')) ?? '').includes(wanted),
    mayReadPage: (last) => ctx.modelScan.mayRead(last, MAX_SCANNED_PAGES),
  };
}

/** A text in one case and one of its Unicode forms, for comparison. */
const folded = (text: string): string => text.normalize('NFC').toLowerCase();

interface PredictionFilters {
  readonly status?: readonly JobState[] | null | undefined;
  readonly createdAfter?: Date | null | undefined;
}

/** Filters predictions by status and time of creation. An unknown time is never after another one. */
export function filterPredictions({ status, createdAfter }: PredictionFilters, ctx: Context): Filter<PredictionRow> {
  if (!status && !createdAfter) return {};
  const timeOf = async (row: PredictionRow) =>
    (await ctx.loaders.field(row, 'createdAt'))?.getTime() ?? Number.NEGATIVE_INFINITY;
  const stateOf = async (row: PredictionRow) => (await ctx.loaders.required(row, 'status')).state;
  return {
    filter: async (row) =>
      (!createdAfter || (await timeOf(row)) > createdAfter.getTime()) &&
      (!status || status.includes(await stateOf(row))),
    mayReadPage: (last) => ctx.predictionScan.mayRead(last, MAX_SCANNED_PAGES),
  };
}
