import type { CallOptions } from './client.ts';
import type { Page } from './decode/objects.ts';
import { UpstreamError } from './errors.ts';

/** Reports the jobs that polls read, also if their response has not changed: each poll is an observation of their state. */
export class PolledJobs<Row> {
  readonly #onJob: (row: Row) => void;

  constructor(onJob: (row: Row) => void) {
    this.#onJob = onJob;
  }

  /** Reports the job if this is a poll. */
  row(reading: Promise<Row>, { isPoll }: CallOptions): Promise<Row> {
    if (!isPoll) return reading;
    return reading.then((row) => {
      this.#onJob(row);
      return row;
    });
  }

  /** Reports the jobs of a page if this is a poll. */
  page(reading: Promise<Page<Row>>, { isPoll }: CallOptions): Promise<Page<Row>> {
    if (!isPoll) return reading;
    return reading.then((page) => {
      for (const row of page.rows) if (!(row instanceof UpstreamError)) this.#onJob(row);
      return page;
    });
  }
}
