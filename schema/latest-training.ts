import type { Context } from '../src/operations/context.ts';
import { UpstreamError } from '../src/upstream/errors.ts';
import type { TrainingRow } from '../src/upstream/trainings.ts';

/** The trainings on the first page of a model's list, newest first where the upstream reports start times. */
async function recentTrainings({ loaders }: Context, modelId: string): Promise<readonly TrainingRow[]> {
  const { rows } = await loaders.trainings(modelId, undefined);
  const readable = rows.filter((row): row is TrainingRow => !(row instanceof UpstreamError));
  // A training without a readable time takes that of its neighbor, because lists are usually sorted by time.
  const starts = new Map<TrainingRow, number>();
  let start = Number.NEGATIVE_INFINITY;
  for (const row of readable.toReversed()) {
    start = row.createdAt?.getTime() ?? start;
    starts.set(row, start);
  }
  const startOf = (row: TrainingRow) => starts.get(row) ?? start;
  return readable.sort((a, b) => (startOf(a) === startOf(b) ? 0 : startOf(b) - startOf(a)));
}

/** The newest training, or null if there is none. Reads one list page. */
export const latestTraining = async (context: Context, modelId: string): Promise<TrainingRow | null> =>
  (await recentTrainings(context, modelId))[0] ?? null;

/** The trigger word of the newest completed training, or null. Reads one list page if its rows contain their status. */
export async function triggerWord(context: Context, modelId: string): Promise<string | null> {
  for (const training of await recentTrainings(context, modelId)) {
    // An unreadable status does not imply completion, and must not hide an older training.
    if (training.status === undefined && training.malformed?.status) continue;
    const status = await context.loaders.required(training, 'status');
    if (status.state === 'COMPLETED') return (await context.loaders.field(training, 'triggerWord')) ?? null;
  }
  return null;
}
