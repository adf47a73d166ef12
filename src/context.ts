import type { Credential } from './access/credential.ts';
import { Answer } from './answer.ts';
import type { ImageFacts } from './images/inspect.ts';
import { type Intake, takeIn, type UploadedFile } from './images/intake.ts';
import type { ImageSource } from './images/source.ts';
import type { JobEvent } from './jobs/watch.ts';
import type { Loaders } from './loaders.ts';
import type { PredictionRow } from './upstream/predictions.ts';
import type { TrainingRow } from './upstream/trainings.ts';
import type { Upstream } from './upstream/upstream.ts';

export type JobRow = TrainingRow | PredictionRow;
/** What tells a job apart: a training's key holds its model. */
export type JobKey = { kind: 'Training'; modelId: string; id: string } | { kind: 'Prediction'; id: string };
export type JobUpdate = JobEvent<JobRow, JobKey>;

/** What the gateway offers to every operation. */
export interface Services {
  upstreamOf(credential: Credential): Upstream;
  watch(credential: Credential, jobs: readonly JobKey[]): AsyncIterableIterator<JobUpdate, undefined>;
  /** Absolute address of an image for this caller. */
  imageUrl(baseUrl: string, credential: Credential, source: ImageSource): string;
  /** What an image's bytes say of it. */
  inspectImage(credential: Credential, source: ImageSource, signal: AbortSignal | undefined): Promise<ImageFacts>;
}

/** Who asks, and how. */
export interface Asker {
  /** @throws GraphQLError UNAUTHENTICATED when there is no key to act with. */
  credential(): Credential;
  /** Where the asker reaches the gateway: scheme, host and port, without a trailing slash. */
  readonly baseUrl: string;
  /** Aborts when the asker leaves. */
  readonly signal: AbortSignal | undefined;
}

/** What was read for an event. Its listeners all have the credential that it was read with. */
const answersByEvent = new WeakMap<JobUpdate, Answer>();

/** What a resolver gets. Everything in it is made on first use: an operation that needs no credential asks for none. */
export class Context {
  readonly #services: Services;
  readonly #asker: Asker;
  #answer: Answer | undefined;

  constructor(services: Services, asker: Asker) {
    this.#services = services;
    this.#asker = asker;
  }

  get loaders(): Loaders {
    return this.answer.loaders;
  }

  /** What this answer has read so far. */
  get answer(): Answer {
    this.#answer ??= this.#newAnswer(this.#asker.signal);
    return this.#answer;
  }

  /** Runs a write, to its end even when the asker leaves. What is read after it is read anew. */
  async write<Result>(act: (upstream: Upstream) => Promise<Result>): Promise<Result> {
    try {
      return await act(this.#services.upstreamOf(this.#asker.credential()));
    } finally {
      this.#answer = undefined;
    }
  }

  /** Reads an uploaded file and decides by its size and its first bytes. */
  takeIn(file: UploadedFile): Promise<Intake> {
    return takeIn(file);
  }

  watch(jobs: readonly JobKey[]): AsyncIterableIterator<JobUpdate, undefined> {
    return this.#services.watch(this.#asker.credential(), jobs);
  }

  imageUrl(source: ImageSource): string {
    return this.#services.imageUrl(this.#asker.baseUrl, this.#asker.credential(), source);
  }

  /**
   * The context in which an event is shown to this asker. What is read for the event is read once for all its listeners,
   * so it goes on when one of them leaves.
   */
  ofEvent(event: JobUpdate): Context {
    const context = new Context(this.#services, this.#asker);
    const answer = answersByEvent.get(event) ?? this.#newAnswer(undefined);
    answersByEvent.set(event, answer);
    context.#answer = answer;
    return context;
  }

  #newAnswer(signal: AbortSignal | undefined): Answer {
    const credential = this.#asker.credential();
    return new Answer(
      this.#services.upstreamOf(credential),
      (source) => this.#services.inspectImage(credential, source, signal),
      signal,
    );
  }
}
