import type { Context } from '../src/operations/context.ts';
import { UpstreamError } from '../src/upstream/errors.ts';
import type { TrainingRow } from '../src/upstream/trainings.ts';

/** A model's trainings as the first page of its list tells them, newest first where the upstream says when they began. */
async function recentTrainings({ loaders }: Context, modelId: string): Promise<readonly TrainingRow[]> {
  const { rows } = await loaders.trainings(modelId, undefined);
  const readable = rows.filter((row): row is TrainingRow => !(row instanceof UpstreamError));
  // One without a readable time stands next to its neighbor, because lists are usually sorted by time.
  const starts = new Map<TrainingRow, number>();
  let start = Number.NEGATIVE_INFINITY;
  for (const row of readable.toReversed()) {
    start = row.createdAt?.getTime() ?? start;
    starts.set(row, start);
  }
  const startOf = (row: TrainingRow) => starts.get(row) ?? start;
  return readable.sort((a, b) => (startOf(a) === startOf(b) ? 0 : startOf(b) - startOf(a)));
}

/** The newest training, or null when there is none. Costs one list page. */
export const latestTraining = async (context: Context, modelId: string): Promise<TrainingRow | null> =>
  (await recentTrainings(context, modelId))[0] ?? null;

/** The trigger word of the newest completed training, or null. Costs one list page where its rows say how they stand. */
export async function triggerWord(context: Context, modelId: string): Promise<string | null> {
  for (const training of await recentTrainings(context, modelId)) {
    // An unreadable status is no sign of completion, and must not hide an older training.
    if (training.status === undefined && training.malformed?.status) continue;
    const status = await context.loaders.required(training, 'status');
    if (status.state === 'COMPLETED') return (await context.loaders.field(training, 'triggerWord')) ?? null;
  }
  return null;
}
