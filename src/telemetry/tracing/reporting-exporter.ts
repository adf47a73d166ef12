import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Problem } from '../problems.ts';

/** An exporter whose failures are a problem of the gateway. */
export class ReportingExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #problem: Pick<Problem, 'occur' | 'succeed'>;

  constructor(exporter: SpanExporter, problem: Pick<Problem, 'occur' | 'succeed'>) {
    this.#exporter = exporter;
    this.#problem = problem;
  }

  export(spans: ReadableSpan[], onResult: Parameters<SpanExporter['export']>[1]): void {
    this.#exporter.export(spans, (result) => {
      if (result.error) this.#problem.occur(result.error);
      else this.#problem.succeed();
      onResult(result);
    });
  }

  async shutdown(): Promise<void> {
    await this.#exporter.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }
}
