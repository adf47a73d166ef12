import type { CallOptions } from './client.ts';
import type { Page } from './decode/objects.ts';
import { UpstreamError } from './errors.ts';

/** Observes the jobs of one credential, or those of one kind. */
export interface JobObserver<Row> {
  /** Called with each job in a response. If the response body has not changed, only a poll calls it. */
  observe(row: Row): void;
}

/** Reports the jobs that polls read, also if their response has not changed: each poll is an observation of their state. */
export class PolledJobs<Row> {
  readonly #jobs: JobObserver<Row>;

  constructor(jobs: JobObserver<Row>) {
    this.#jobs = jobs;
  }

  /** Reports the job if this is a poll. */
  row(reading: Promise<Row>, { isPoll }: CallOptions): Promise<Row> {
    if (!isPoll) return reading;
    return reading.then((row) => {
      this.#jobs.observe(row);
      return row;
    });
  }

  /** Reports the jobs of a page if this is a poll. */
  page(reading: Promise<Page<Row>>, { isPoll }: CallOptions): Promise<Page<Row>> {
    if (!isPoll) return reading;
    return reading.then((page) => {
      for (const row of page.rows) if (!(row instanceof UpstreamError)) this.#jobs.observe(row);
      return page;
    });
  }
}
