import type {
  CreatePredictionInput,
  DataItemFieldsFragment,
  ModelFieldsFragment,
  PredictionFieldsFragment,
  StartTrainingInput,
  TrainingFieldsFragment,
} from './documents.gen.ts';
import type { FlairError } from './errors.ts';
import type { DocumentLike } from './typed-document.ts';

export type Training = TrainingFieldsFragment;
export type Prediction = PredictionFieldsFragment;
/** A training or a prediction; `__typename` tells which. */
export type Job = Training | Prediction;
export type Model = ModelFieldsFragment;
export type DataItem = DataItemFieldsFragment;

export interface FlairClientOptions {
  /** URL of the graph: absolute, or in a browser relative to the page, such as `/graphql`. */
  url: string | URL;
  /** API key, or a function that returns the current one. @default none: the gateway may use its own */
  apiKey?: string | (() => string | undefined | Promise<string | undefined>) | undefined;
  /**
   * Headers of each request, or a function that returns the current ones; for example `authorization` with a JWT, or
   * `x-watch-token`. A WebSocket sends them as its `connectionParams`.
   */
  headers?: Record<string, string> | (() => Record<string, string>) | undefined;
  /** @default that of the runtime */
  fetch?: typeof fetch | undefined;
  /**
   * WebSocket class. Without one, as in Node.js 20, subscriptions use server-sent events.
   *
   * @default that of the runtime
   */
  webSocket?: WebSocketClass | undefined;
}

/** The parts of the standard `WebSocket` class that the client needs; the package `ws` has them, too. */
export type WebSocketClass = new (url: string, protocol: string) => WebSocketLike;

export interface WebSocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

/** The connection of a stream. */
export interface StreamState {
  /**
   * - `connecting`: the request was sent.
   * - `open`: events arrive.
   * - `waiting`: the connection failed, and is opened again after a delay.
   * - `closed`: the stream has ended.
   */
  status: 'connecting' | 'open' | 'waiting' | 'closed';
  /** Delay before the next attempt, in milliseconds, while `waiting`. */
  retryIn?: number;
  /** The last error: the reason of a delay, or an error that the gateway reported while the stream continues. */
  error?: FlairError;
}

export interface RequestOptions {
  signal?: AbortSignal | undefined;
}

export interface StreamOptions {
  /** Ends the stream: the loop throws the reason of the signal. */
  signal?: AbortSignal | undefined;
  /** Called when the state of the connection changes. */
  onState?: ((state: StreamState) => void) | undefined;
}

/**
 * The events of one job, and a promise of the finished job. It starts when it is first iterated or awaited.
 *
 * The stream ends only when the job has finished: connections that fail are opened again, for as long as it takes. Both
 * reject with {@link FlairError} if the job was deleted (`NOT_FOUND`) or the credentials are refused.
 */
export interface JobWatch extends AsyncIterable<Job>, PromiseLike<Job> {}

/** The events of several jobs, and a promise of all finished jobs by id. */
export interface JobsWatch extends AsyncIterable<JobsEvent>, PromiseLike<Map<string, Job>> {}

/** The current state of a job, or the error that ended watching it: the others continue. */
export type JobsEvent = { id: string; job: Job; error?: never } | { id: string; job?: never; error: FlairError };

/**
 * The state of an upload.
 *
 * - `waiting`: other files are sent first.
 * - `uploading`: bytes are sent.
 * - `processing`: all bytes were sent, and the gateway and the upstream store the image.
 * - `stored`: the image is a data item of the model.
 * - `rejected`: the image was not stored, or it is unknown whether it was; see {@link UploadOutcome}.
 */
export type UploadState = 'waiting' | 'uploading' | 'processing' | 'stored' | 'rejected';

export interface UploadProgress {
  /** Position of the file, from 0. */
  index: number;
  file: Blob;
  /** Bytes sent so far. Where the runtime cannot report them, 0 until the whole file was sent. */
  sentBytes: number;
  totalBytes: number;
  state: UploadState;
  /** The reason, once the file is `rejected`; the other files continue. */
  error?: FlairError | undefined;
}

export interface UploadOptions {
  /** Global id of the model that gets the images. */
  modelId: string;
  /**
   * Called when the progress of a file changes. An error that it throws changes no outcome; it is reported as uncaught,
   * which ends a Node.js process without a handler.
   */
  onProgress?: ((progress: UploadProgress) => void) | undefined;
  /** Number of files that are sent at once. @default 3 */
  concurrency?: number | undefined;
  /** Ends the upload: files that the gateway has not reported as stored are rejected with code `ABORTED`. */
  signal?: AbortSignal | undefined;
}

/**
 * The outcome of one file: the stored data item, or the reason of its rejection. With the code `UPSTREAM_OUTCOME_UNKNOWN`
 * or `ABORTED` the image may be stored, for example because the response was lost: check the data items of the model
 * before you upload it again. With any other code it was not stored.
 */
export type UploadOutcome =
  | { index: number; file: Blob; dataItem: UploadedDataItem; error?: never }
  | { index: number; file: Blob; dataItem?: never; error: FlairError };

/** A data item that an upload has created. */
export interface UploadedDataItem {
  /** Global id. */
  id: string;
  /** The stored image, at a URL that works without headers. */
  image: { url: string };
}

export interface RunOptions<Item> {
  /** Called with the first state, and after each change. */
  onUpdate?: ((job: Item) => void) | undefined;
  /** Ends the wait, not the job: a job that has started continues and is charged. */
  signal?: AbortSignal | undefined;
  /** Called when the state of the connection changes. */
  onState?: ((state: StreamState) => void) | undefined;
}

/** Access to the graph of one gateway. */
export interface FlairClient {
  /**
   * Executes a query or a mutation. Files (`Blob`) in the variables are uploaded.
   *
   * @throws FlairError if the response contains an error, or none was received.
   */
  request<Data, Variables>(
    document: DocumentLike<Data, Variables>,
    variables?: Variables,
    options?: RequestOptions,
  ): Promise<Data>;
  /**
   * Subscribes. After a failed connection it subscribes again, and it ends when the gateway completes the subscription.
   *
   * @throws FlairError for an error that repeating cannot solve.
   */
  subscribe<Data, Variables>(
    document: DocumentLike<Data, Variables>,
    variables?: Variables,
    options?: StreamOptions,
  ): AsyncIterableIterator<Data, undefined>;
  /** Watches a training or a prediction until it has finished. @param id Global id. */
  watchJob(id: string, options?: StreamOptions): JobWatch;
  /** Watches any number of trainings and predictions until all have finished. @param ids Global ids. */
  watchJobs(ids: Iterable<string>, options?: StreamOptions): JobsWatch;
  /**
   * Uploads training images, several at once. Never rejects: what fails for all files, for example because the model does
   * not exist, is the outcome of each file that is not stored.
   *
   * @returns One outcome per file, in their order.
   */
  uploadImages(files: Iterable<Blob>, options: UploadOptions): Promise<UploadOutcome[]>;
  /**
   * Starts a training and waits until it has completed. It costs money. A repeated request cannot start it twice,
   * because each call has an idempotency key.
   *
   * @throws JobError if it fails or is canceled. @throws FlairError if it cannot be started or watched.
   */
  train(input: StartTrainingInput, options?: RunOptions<Training>): Promise<Training>;
  /** Creates images and waits until they are complete, on the terms of {@link train}. */
  predict(input: CreatePredictionInput, options?: RunOptions<Prediction>): Promise<Prediction>;
  /** Ends all streams and requests, and closes the connection. They reject with code `ABORTED`. */
  dispose(): void;
}
